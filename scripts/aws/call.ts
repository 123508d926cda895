import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';

/** Settings of every AWS client here: region, credentials and endpoint come from the usual AWS configuration. */
export const CLIENT_SETTINGS = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000 },
} as const;

/** What to do about failures that come from the operator's own configuration, by the SDK's error name or message. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/Region is missing|Region not accepted/, 'no AWS region is set: set AWS_REGION to the region of the stack'],
  [
    /CredentialsProviderError|Could not load credentials/,
    'no AWS credentials were found: log in (aws sso login) or set AWS_PROFILE',
  ],
  [
    /ExpiredToken|InvalidClientTokenId|InvalidToken|UnrecognizedClient|AuthFailure|SignatureDoesNotMatch/,
    'AWS does not accept the credentials, they may have expired: log in again (aws sso login)',
  ],
  [/AccessDenied|UnauthorizedOperation|NotAuthorized/, 'the credentials may not do this: use a role that may'],
  [
    /not permitted on a replica secret/,
    'this region has only a replica of the secret: repeat the command with --region and the home region of the stage',
  ],
  [/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|TimeoutError/, 'AWS cannot be reached: check network and AWS_REGION'],
];

/** Awaits a call to AWS. An error says what could not be done, what AWS answered, and the remedy where it is known. */
export async function explained<Answer>(doing: string, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (cause) {
    const { name, message } = cause as Error;
    const text = `${name}: ${message || (cause as { code?: string }).code || 'no message'}`;
    const remedy = REMEDIES.find(([pattern]) => pattern.test(text))?.[1];
    throw new OperatorError(`cannot ${doing}: ${remedy ? `${remedy} (${text})` : text}`, { cause });
  }
}

/** Reads a list from one answer of AWS, or from all pages of a paginated call, and checks its items by a schema. */
export async function readList<Page, Item>(
  doing: string,
  pages: AsyncIterable<Page> | readonly Promise<Page>[],
  itemsOf: (page: Page) => readonly unknown[] | undefined,
  item: z.ZodType<Item>,
): Promise<Item[]> {
  const items = (await explained(doing, Array.fromAsync(pages))).flatMap((page) => itemsOf(page) ?? []);
  return checked(doing, item.array(), items);
}

/** Checks an answer by a schema. @throws OperatorError that names what is missing */
export function checked<Output>(doing: string, schema: z.ZodType<Output>, answer: unknown): Output {
  const { success, data, error } = schema.safeParse(answer);
  if (success) return data;
  throw new OperatorError(`cannot ${doing}: the answer of AWS is incomplete: ${z.prettifyError(error)}`);
}

/** Fields that are needed of an answer: the name here, the path in the answer, and what is expected there. */
type FieldTable = Readonly<Record<string, readonly [path: string, schema: z.ZodType]>>;

type Picked<Table extends FieldTable> = { readonly [Name in keyof Table]: z.output<Table[Name][1]> };

/** A schema that picks fields out of an answer and checks them, as the SDK declares nearly all of them as optional. */
export function fields<const Table extends FieldTable>(table: Table): z.ZodType<Picked<Table>> {
  const rows = Object.entries(table);
  const shape = z.object(Object.fromEntries(rows.map(([name, [, schema]]) => [name, schema])));
  const pick = (answer: unknown) => Object.fromEntries(rows.map(([name, [path]]) => [name, valueAt(answer, path)]));
  return z.preprocess(pick, shape) as unknown as z.ZodType<Picked<Table>>;
}

/** A schema that turns a list of names and values, such as tags, into an object. */
export function pairs(key: string, value: string) {
  return fields({ key: [key, z.string()], value: [value, z.string()] })
    .array()
    .default([])
    .transform((list): Readonly<Record<string, string>> => Object.fromEntries(list.map((it) => [it.key, it.value])));
}

function valueAt(answer: unknown, path: string): unknown {
  return path.split('.').reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], answer);
}
