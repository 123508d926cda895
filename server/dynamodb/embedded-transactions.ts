/**
 * `TransactWriteItems` for dynalite, which lacks it. Each operation of a transaction is validated and applied by
 * dynalite's own code, to a copy of its item. If none fails, LevelDB writes all items in one atomic batch.
 */
import { hash } from 'node:crypto';
import deleteItem from 'dynalite/actions/deleteItem.js';
import putItem from 'dynalite/actions/putItem.js';
import updateItem from 'dynalite/actions/updateItem.js';
import db from 'dynalite/db/index.js';
import deleteValidation from 'dynalite/validations/deleteItem.js';
import validations from 'dynalite/validations/index.js';
import putValidation from 'dynalite/validations/putItem.js';
import updateValidation from 'dynalite/validations/updateItem.js';
import { AMAZON, invalid, Refusal } from './embedded/refusal.ts';
import {
  type Callback,
  type Item,
  type ItemDb,
  promised,
  type Store,
  type Table,
  type Write,
} from './embedded/store.ts';

const COMMON = ['TableName', 'ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'];
const ALL_OLD = 'ReturnValuesOnConditionCheckFailure';

/** How dynalite performs each operation; a condition check is a deletion that is not written. */
const KINDS = {
  Put: { action: putItem, validation: putValidation, names: [...COMMON, ALL_OLD, 'Item'] },
  Update: { action: updateItem, validation: updateValidation, names: [...COMMON, ALL_OLD, 'Key', 'UpdateExpression'] },
  Delete: { action: deleteItem, validation: deleteValidation, names: [...COMMON, ALL_OLD, 'Key'] },
  ConditionCheck: { action: deleteItem, validation: deleteValidation, names: [...COMMON, ALL_OLD, 'Key'] },
} as const;

interface Operation {
  readonly kind: keyof typeof KINDS;
  /** Checked and completed by dynalite. */
  readonly data: { readonly TableName: string; readonly Item?: Item; readonly Key?: Item };
  readonly returnsOld: boolean;
}

interface Transaction {
  readonly TransactItems?: readonly Readonly<Record<string, Record<string, unknown>>>[];
  readonly ClientRequestToken?: string;
}

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

const MAX_ITEMS = 100;
const MAX_BYTES = 4 * 1024 ** 2;
const TOKEN_LIFE_MS = 10 * 60_000;

/** Performs the transaction in the body of a request; rejects with the answer if it is refused or cancelled. */
export function createTransact(store: Store): (body: string) => Promise<void> {
  const tokens = new Map<string, { readonly digest: string; readonly endMs: number }>();

  return async (body) => {
    const { TransactItems = [], ClientRequestToken: token, ...rest } = JSON.parse(body) as Transaction;
    const unknown = Object.keys(rest).at(0);
    if (unknown) throw invalid(`the embedded database does not have ${unknown} in transactions`);
    const digest = hash('sha256', JSON.stringify(TransactItems));
    const known = token === undefined ? undefined : tokens.get(token);
    if (known && known.endMs > Date.now()) {
      if (known.digest === digest) return;
      throw new Refusal(
        `${AMAZON}IdempotentParameterMismatchException`,
        'a transaction with this ClientRequestToken and other parameters has been executed',
      );
    }
    await perform(store, TransactItems);
    for (const [each, { endMs }] of tokens) if (endMs <= Date.now()) tokens.delete(each);
    if (token !== undefined) tokens.set(token, { digest, endMs: Date.now() + TOKEN_LIFE_MS });
  };
}

async function perform(store: Store, items: NonNullable<Transaction['TransactItems']>): Promise<void> {
  if (items.length === 0 || items.length > MAX_ITEMS)
    throw invalid(`TransactItems has ${items.length} items; expected 1 to ${MAX_ITEMS}`);
  const operations = items.map((item) => checkedOperation(store, item));
  const [{ data } = { data: undefined }] = operations;
  const tableName = String(data?.TableName);
  if (operations.some((each) => each.data.TableName !== tableName))
    throw invalid('the embedded database does not have transactions over several tables');
  const table = await promised<Table>((done) => store.getTable(tableName, done));
  const keys = operations.map((each) => keyOf(each, table as Table));
  if (new Set(keys).size < keys.length)
    throw invalid('Transaction request cannot include multiple operations on one item');
  if (operations.reduce((sum, each) => sum + db.itemSize(each.data.Item ?? {}), 0) > MAX_BYTES)
    throw invalid(`the items of the transaction are larger than ${MAX_BYTES} bytes`);

  const itemDb = store.getItemDb(tableName);
  const busy = keys.map((key) => itemDb.lock.isLocked(key));
  if (busy.includes(true)) throw cancelled(busy.map((isBusy) => (isBusy ? CONFLICT : NONE)));
  await new Promise<void>((resolve, reject) => {
    itemDb.lock(keys, (release) => {
      writeAll(store, itemDb, operations).then(release(resolve), (error) => release(() => reject(error))());
    });
  });
}

const NONE: Reason = { Code: 'None' };
const CONFLICT: Reason = {
  Code: 'TransactionConflict',
  Message: 'Transaction is ongoing for the item',
};

function checkedOperation(store: Store, item: Readonly<Record<string, Record<string, unknown>>>): Operation {
  const [[name, given] = ['', {}], ...others] = Object.entries(item);
  if (!(name in KINDS) || others.length > 0)
    throw invalid(`an item of TransactItems has ${Object.keys(item).join(', ') || 'nothing'}; expected one operation`);
  const kind = name as keyof typeof KINDS;
  const { names, validation } = KINDS[kind];
  const unknown = Object.keys(given).find((each) => !(names as readonly string[]).includes(each));
  if (unknown) throw invalid(`the embedded database does not have ${unknown} in ${name} of a transaction`);
  const { [ALL_OLD]: old, ...parameters } = given;
  const data = validations.checkTypes(parameters, validation.types);
  validations.checkValidations(data, validation.types, validation.custom, store);
  return { kind, data: data as Operation['data'], returnsOld: old === 'ALL_OLD' };
}

function keyOf({ data: { Item, Key } }: Operation, table: Table): string {
  try {
    return db.createKey(Item ?? Key, table);
  } catch {
    throw invalid('One of the required keys was not given a value');
  }
}

/** Applies each operation to the stored items; writes all of them if no condition failed. The items are locked. */
async function writeAll(store: Store, itemDb: ItemDb, operations: readonly Operation[]): Promise<void> {
  const writes: Write[] = [];
  const reasons: Reason[] = [];
  for (const { kind, data, returnsOld } of operations) {
    let old: Item | undefined;
    const view = {
      lock: (_key: string, locked: (release: <T>(done: T) => T) => void) => locked((done) => done),
      get: (key: string, done: Callback<Item>) =>
        itemDb.get(key, (error, stored) => {
          old = stored;
          done(error, stored);
        }),
      put: (key: string, value: Item, done: Callback) => {
        writes.push({ type: 'put', key, value });
        done(null);
      },
      del: (key: string, done: Callback) => {
        if (kind === 'Delete') writes.push({ type: 'del', key });
        done(null);
      },
    };
    const action = KINDS[kind].action;
    reasons.push(
      await promised((done) => action({ ...store, getItemDb: () => view }, data, done)).then(
        () => NONE,
        (error) => reasonOf(error, returnsOld ? old : undefined),
      ),
    );
  }
  if (reasons.some(({ Code }) => Code !== NONE.Code)) throw cancelled(reasons);
  await promised((done) => itemDb.batch(writes, done));
}

/** Why an operation fails. Only a failed condition cancels a transaction; other errors refuse it. */
function reasonOf(error: Error & { body?: { __type?: string } }, old: Item | undefined): Reason {
  if (!error.body?.__type?.endsWith('#ConditionalCheckFailedException')) throw error;
  return { Code: 'ConditionalCheckFailed', Message: error.message, ...(old && { Item: old }) };
}

function cancelled(reasons: readonly Reason[]): Refusal {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new Refusal(
    `${AMAZON}TransactionCanceledException`,
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}
