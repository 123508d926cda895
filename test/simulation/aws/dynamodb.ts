import {
  type CancellationReason,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  DynamoDBClient,
  DynamoDBServiceException,
  GetItemCommand,
  IdempotentParameterMismatchException,
  InternalServerError,
  ProvisionedThroughputExceededException,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { type Item, meets } from './conditions.ts';
import type { Network, Request, Service } from './network.ts';
import { Table } from './table.ts';

type Conditional = Pick<
  PutItemCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> & {
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
};

/** A write of one item: `after` is the item that it stores, `undefined` to delete it. */
interface Write {
  readonly key: Item;
  readonly condition: Conditional;
  readonly after: (before: Item | undefined) => Item | undefined;
}

const SERVICE: Service = {
  name: 'table',
  throttled: () =>
    new ProvisionedThroughputExceededException({ ...described('throttled'), $metadata: { httpStatusCode: 400 } }),
  failed: () => new InternalServerError({ ...described('internal error'), $metadata: { httpStatusCode: 500 } }),
};

function described(message: string) {
  return { message, $metadata: { httpStatusCode: 400 } };
}

function invalid(): DynamoDBServiceException {
  return new DynamoDBServiceException({
    ...described('the item is invalid'),
    name: 'ValidationException',
    $fault: 'client',
  });
}

/**
 * A model of DynamoDB at the level of commands: conditional writes and transactions are atomic, reads may be stale
 * unless they are consistent, and queries may return less than their limit. What the server does not use is refused.
 */
export class DynamoDBModel {
  readonly table: Table;
  readonly #nowMicros: () => number;
  /** Whether a block with these lines is refused as invalid. */
  readonly #refuses: (lines: string) => boolean;
  readonly #tokens = new Map<string, { readonly body: string; readonly atMicros: number }>();

  constructor(nowMicros: () => number, random: () => number, staleMs: number, refuses: (lines: string) => boolean) {
    this.#nowMicros = nowMicros;
    this.#refuses = refuses;
    this.table = new Table(nowMicros, random, staleMs);
  }

  /** A client of this database for one process. */
  client(network: Network, from: Request<unknown>['from']): DynamoDBClient {
    // The paginators of the SDK require an instance of its class.
    const client = Object.create(DynamoDBClient.prototype) as DynamoDBClient;
    const send = (command: { readonly input: object }, options?: { readonly abortSignal?: AbortSignal }) =>
      network.send({
        from,
        service: SERVICE,
        command: command.constructor.name,
        what: () => describeCommand(command),
        execute: () => this.#execute(command),
        abortSignal: options?.abortSignal,
      });
    return Object.assign(client, { send });
  }

  #execute(command: unknown): object {
    if (command instanceof PutItemCommand) {
      if (this.#refuses(command.input.Item?.['lines']?.S ?? '')) throw invalid();
      return this.#write(putOf(command.input));
    }
    if (command instanceof UpdateItemCommand) return this.#write(updateOf(command.input));
    if (command instanceof DeleteItemCommand) return this.#write(deleteOf(command.input));
    if (command instanceof GetItemCommand) {
      const { Key, ConsistentRead } = command.input;
      const item = this.table.read(Key as Item, ConsistentRead === true);
      return item === undefined ? {} : { Item: item };
    }
    if (command instanceof QueryCommand) return this.#query(command.input);
    if (command instanceof TransactWriteItemsCommand) return this.#transact(command.input);
    throw new Error(`the model of DynamoDB does not have ${command?.constructor.name}`);
  }

  #write({ key, condition, after }: Write): object {
    const before = this.table.read(key, true);
    if (!meets(condition.ConditionExpression, before, condition)) {
      const isWanted = condition.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before !== undefined;
      const details = described('The conditional request failed');
      throw new ConditionalCheckFailedException(isWanted ? { ...details, Item: before } : details);
    }
    this.table.write(key, after(before));
    return {};
  }

  #transact({ TransactItems = [], ClientRequestToken }: TransactWriteItemsCommandInput): object {
    const body = JSON.stringify(TransactItems);
    const known = ClientRequestToken === undefined ? undefined : this.#tokens.get(ClientRequestToken);
    if (known !== undefined && this.#nowMicros() - known.atMicros < TOKEN_MICROS) {
      if (known.body === body) return {};
      throw new IdempotentParameterMismatchException(described('another request had this token'));
    }
    const writes = TransactItems.map(({ Put, Update, Delete, ConditionCheck }) => {
      if (Put) return putOf(Put as PutItemCommandInput);
      if (Update) return updateOf(Update as UpdateItemCommandInput);
      if (Delete) return deleteOf(Delete as DeleteItemCommandInput);
      if (ConditionCheck)
        return { key: ConditionCheck.Key as Item, condition: ConditionCheck, after: (item) => item } satisfies Write;
      throw new Error('an item of a transaction needs an action');
    });
    if (writes.length < 1 || writes.length > 100) throw new Error(`a transaction cannot have ${writes.length} items`);
    if (new Set(writes.map(({ key }) => keyText(key))).size < writes.length)
      throw new Error('a transaction cannot contain an item twice');
    const reasons = writes.map(({ key, condition }): CancellationReason => {
      const before = this.table.read(key, true);
      if (meets(condition.ConditionExpression, before, condition)) return { Code: 'None' };
      const isWanted = condition.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before !== undefined;
      return {
        Code: 'ConditionalCheckFailed',
        Message: 'The conditional request failed',
        ...(isWanted && { Item: before }),
      };
    });
    if (reasons.some(({ Code }) => Code !== 'None'))
      throw new TransactionCanceledException({ ...described('Transaction cancelled'), CancellationReasons: reasons });
    for (const { key, after } of writes) this.table.write(key, after(this.table.read(key, true)));
    if (ClientRequestToken !== undefined) this.#tokens.set(ClientRequestToken, { body, atMicros: this.#nowMicros() });
    return {};
  }

  #query(input: QueryCommandInput): object {
    const { KeyConditionExpression, FilterExpression, ScanIndexForward, ConsistentRead, ExclusiveStartKey, Limit } =
      input;
    const [, value = ''] = /^pk = (:\w+)/.exec(KeyConditionExpression ?? '') ?? [];
    const pk = input.ExpressionAttributeValues?.[value]?.S;
    if (pk === undefined) throw new Error(`a query should begin with pk = :name, not ${KeyConditionExpression}`);
    const items = this.table
      .partition(pk, ConsistentRead === true)
      .filter((item) => meets(KeyConditionExpression, item, input));
    if (ScanIndexForward === false) items.reverse();
    const start = ExclusiveStartKey?.['sk']?.S;
    const isAfter = (item: Item) => {
      const sk = item['sk']?.S as string;
      return start === undefined || (ScanIndexForward === false ? sk < start : sk > start);
    };
    const rest = items.filter(isAfter);
    const read = rest.slice(0, this.table.pageSize(Limit ?? Number.POSITIVE_INFINITY));
    const last = read.at(-1);
    // As in DynamoDB, there is a key to continue from whenever the limit was reached.
    const isCut = last !== undefined && (read.length < rest.length || read.length === Limit);
    return {
      Items: read.filter((item) => meets(FilterExpression, item, input)),
      ...(isCut && { LastEvaluatedKey: { pk: last['pk'], sk: last['sk'] } }),
    };
  }
}

/** DynamoDB knows the token of a transaction for ten minutes. */
const TOKEN_MICROS = 600_000_000;

function putOf({ Item: item, ...condition }: PutItemCommandInput): Write {
  const { pk, sk } = item as Item;
  return { key: { pk, sk } as Item, condition, after: () => item as Item };
}

function deleteOf({ Key, ...condition }: DeleteItemCommandInput): Write {
  return { key: Key as Item, condition, after: () => undefined };
}

const SET = /^SET\s+([#\w]+\s*=\s*:\w+(?:\s*,\s*[#\w]+\s*=\s*:\w+)*)$/;

/** `SET name = :value, …`: the only form of an update that the server uses. */
function updateOf({ Key, UpdateExpression = '', ...condition }: UpdateItemCommandInput): Write {
  const match = SET.exec(UpdateExpression.trim());
  if (match === null) throw new Error(`the model does not have the update ${UpdateExpression}`);
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = condition;
  const changes = (match[1] as string).split(',').map((part) => {
    const [name = '', value = ''] = part.split('=').map((text) => text.trim());
    return [names[name] ?? name, values[value]] as const;
  });
  return {
    key: Key as Item,
    condition,
    after: (before) => ({ ...Key, ...before, ...Object.fromEntries(changes) }) as Item,
  };
}

function keyText({ pk, sk }: Item): string {
  return `${pk?.S}\n${sk?.S}`;
}

function describeCommand(command: { readonly input: object }): string {
  const name = command.constructor.name.replace('Command', '');
  const {
    Item: item,
    Key,
    ExpressionAttributeValues,
    TransactItems,
  } = command.input as Partial<PutItemCommandInput> &
    Pick<GetItemCommand['input'], 'Key'> &
    Partial<TransactWriteItemsCommandInput>;
  if (TransactItems !== undefined) {
    const keys = TransactItems.map(({ Put, Update, Delete, ConditionCheck }) =>
      shortKey((Put?.Item ?? (Update ?? Delete ?? ConditionCheck)?.Key) as Item),
    );
    return `${name} ${keys.join(', ')}`;
  }
  const key = (item ?? Key) as Item | undefined;
  if (key !== undefined) return `${name} ${shortKey(key)}`;
  return `${name} ${Object.values(ExpressionAttributeValues ?? {})
    .map(({ S, N }) => S ?? N)
    .join(' … ')}`;
}

function shortKey({ pk, sk }: Item): string {
  return `${pk?.S} ${sk?.S}`;
}
