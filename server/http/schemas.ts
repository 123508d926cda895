/** Schemas of requests and answers. The OpenAPI document is generated from them and publishes those with an `id`. */
import { z } from 'zod';
import { ID } from '../timestamps/id.ts';
import { ISO_8601, isoFromMicros, microsFromIso } from '../timestamps/iso-time.ts';
import type { TimestampRecord } from '../timestamps/record.ts';
import type { User } from '../users/users.ts';

const RECORD_ID = '1j0oi4qvma000c807k3f9a2v0000001q5t0vb3q8mc1e2j';
const USER_ID = '019aa5a7-6cf3-7b1e-9d0c-2f4a6b8c0d1e';

const Iso8601Micros = z
  .string()
  .meta({ format: 'date-time', example: '2026-11-21T07:45:00.123456Z', description: 'UTC, with microseconds' });

export const RecordSchema = z
  .object({
    timestamp: Iso8601Micros,
    id: z.string().meta({ description: 'Address of the record: GET /app/{id}', example: RECORD_ID }),
    traceId: z.string().meta({ description: 'AWS X-Ray trace id', example: '1-6b014bfc-3f5c8a1b9d7e4c6f8a0b2d4e' }),
    clientAddress: z.string().meta({ example: '203.0.113.7' }),
    protocol: z.enum(['http', 'https']),
    instance: z.string().meta({ description: 'EC2 instance id, or host name', example: 'i-0abc1234def567890' }),
    state: z.enum(['stored', 'accepted']).meta({
      description: '`stored`: in the table. `accepted`: durable elsewhere, and moved into the table later',
    }),
    errorMicros: z
      .int()
      .nullable()
      .meta({
        description:
          'The timestamp differs from UTC by at most this many microseconds; null if that is unknown. If the intervals ' +
          'timestamp ± errorMicros of two records do not overlap, the earlier one was certainly recorded first. ' +
          'If they overlap, or an error is unknown, their order is not certain.',
        example: 362,
      }),
    region: z
      .string()
      .optional()
      .meta({ description: 'The region that wrote it; absent if the service has one region', example: 'eu-west-1' }),
  })
  .meta({ id: 'Timestamp' });

/** A record's fields in order, which are the columns of the CSV; `region` only if the service has several regions. */
export function recordFields({ hasRegions }: { readonly hasRegions: boolean }) {
  const fields = Object.keys(RecordSchema.shape) as (keyof typeof RecordSchema.shape)[];
  return hasRegions ? fields : fields.filter((field) => field !== 'region');
}

/** A record as clients see it. */
export function recordBody(record: TimestampRecord): z.infer<typeof RecordSchema> {
  return {
    timestamp: isoFromMicros(record.micros),
    id: record.id,
    traceId: record.traceId,
    clientAddress: record.clientAddress,
    protocol: record.protocol,
    instance: record.instance,
    state: record.state,
    errorMicros: record.errorMicros ?? null,
    ...(record.region !== undefined && { region: record.region }),
  };
}

function olderPage(path: string, cursor: string) {
  const example = `${path}?limit=20&cursor=${cursor}`;
  return z.string().optional().meta({ description: 'URL of the next, older page; absent on the last one', example });
}

export const RecordPageSchema = z
  .object({
    timestamps: z.array(RecordSchema),
    complete: z.boolean().meta({
      description:
        'False while the answering process knows of accepted timestamps that are not in the table, dead letters ' +
        'included. It knows of its own, and of those that it found when it last listed the spill bucket, at most 90 ' +
        'seconds ago. It does not know what another process has accepted since then. Also false while it cannot list ' +
        'the bucket. With several regions, also false while another one has not been heard of for a minute, or has not ' +
        'advanced for five. Otherwise timestamps of its last seconds may be missing.',
      example: true,
    }),
    next: olderPage('/app', RECORD_ID),
    settledUntil: z
      .string()
      .optional()
      .meta({
        format: 'date-time',
        example: '2026-11-21T07:44:40.123456Z',
        description:
          'No record older than this can still appear. To follow all records, read every page from the previous ' +
          '`settledUntil`, keep the records older than that of the first page, and continue from there. ' +
          'It is 20 seconds before the request with `consistent=true`, otherwise a minute. With a spill bucket it is up ' +
          'to 90 seconds earlier, and does not advance while timestamps are spilled. With several regions it is up to ' +
          'two minutes earlier still, and does not advance while one of them is not heard from. Absent while it is ' +
          'unknown, for example in the first minute of a process.',
      }),
  })
  .meta({ id: 'TimestampPage' });

export type RecordPage = z.infer<typeof RecordPageSchema>;

/** A whole number in a URL. */
function wholeNumber(min: number, max: number) {
  const expectation = `expected a whole number from ${min} to ${max}`;
  return z.preprocess(
    (text) => (typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : text),
    z.int(expectation).min(min, expectation).max(max, expectation),
  );
}

function pageLimit(items: string) {
  return wholeNumber(1, 1000)
    .default(100)
    .meta({ description: `${items} per page; 100 by default`, example: 20 });
}

function pageCursor(format: z.ZodString | z.ZodUUID, example: string) {
  return format.optional().meta({ description: 'End of the previous page; opaque, taken from its `next`', example });
}

const CURSOR_EXPECTED = 'expected the cursor of a previous page';

const time = z
  .string()
  .transform((text, context) => {
    // A form sends an empty field as an empty string.
    if (text === '') return undefined;
    const micros = microsFromIso(text);
    if (micros === undefined) context.addIssue('expected an ISO 8601 date or time, such as 2026-11-21T07:45:00Z');
    return micros;
  })
  .optional()
  .meta({ pattern: `^$|${ISO_8601.source}` });

export const ListQuerySchema = z.strictObject({
  limit: pageLimit('Records'),
  cursor: pageCursor(z.string().regex(ID, CURSOR_EXPECTED), RECORD_ID),
  from: time.meta({
    description: 'Only records at or after this time: ISO 8601, UTC unless it has an offset',
    example: '2026-11-21T07:45:00Z',
  }),
  to: time.meta({ description: 'Only records before this time', example: '2026-11-22' }),
  consistent: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .meta({
      description: 'Whether to include everything acknowledged before the request, at twice the read cost',
      example: 'true',
    }),
});

export const LiveNewsSchema = z
  .object({
    time: Iso8601Micros,
    timestamps: z
      .array(RecordSchema)
      .meta({ description: 'Records that the previous event did not have, newest first' }),
    complete: z.boolean().meta({ description: 'As in `GET /app`', example: true }),
    clockErrorMicros: z
      .int()
      .nullable()
      .meta({ description: 'Largest error of the clock of this instance; null if it is unknown', example: 362 }),
    oldestSpillSeconds: z.int().nullable().meta({
      description: 'Age of the oldest timestamps that are not in the table; 0 if there are none, null if unknown',
      example: 0,
    }),
    ratesPerSecond: z.array(z.number().meta({ example: 12.5 })).meta({
      description:
        'Timestamps per second that this process recorded, in each 2 seconds of the last minutes, oldest first',
    }),
  })
  .meta({ id: 'LiveNews' });

/** An event of the live page's stream. */
export type LiveNews = z.infer<typeof LiveNewsSchema>;

export const NewUserSchema = z
  .strictObject({
    username: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, '1 to 64 letters, digits, dots, dashes or underscores')
      .meta({ example: 'ada' }),
    email: z.email().max(254).meta({ example: 'ada@example.com' }),
  })
  .meta({ id: 'NewUser' });

export const UserSchema = z
  .object({
    id: z.string().meta({ example: USER_ID }),
    username: z.string().meta({ example: 'ada' }),
    email: z.string().meta({ example: 'ada@example.com' }),
    createdAt: Iso8601Micros,
  })
  .meta({ id: 'User' });

/** A user as clients see it. */
export function userBody({ id, username, email, createdAt }: User): z.infer<typeof UserSchema> {
  return { id, username, email, createdAt: isoFromMicros(createdAt) };
}

export const UserPageSchema = z
  .object({ users: z.array(UserSchema), next: olderPage('/users', USER_ID) })
  .meta({ id: 'UserPage' });

export type UserList = z.infer<typeof UserPageSchema>;

export const UserQuerySchema = z.strictObject({
  limit: pageLimit('Users'),
  cursor: pageCursor(z.uuid(CURSOR_EXPECTED), USER_ID),
});

export const HealthSchema = z
  .object({ status: z.enum(['ok', 'draining']).meta({ example: 'ok' }) })
  .meta({ id: 'Health' });

export const LoadQuerySchema = z.strictObject({
  number: wholeNumber(0, Number.MAX_SAFE_INTEGER).meta({ description: 'The number to test', example: 1_000_000_007 }),
});

export const LoadResultSchema = z
  .object({
    number: z.int().meta({ example: 1_000_000_007 }),
    isPrime: z.boolean().meta({ example: true }),
    processingTime: z.number().meta({ description: 'Seconds of computation', example: 0.183 }),
  })
  .meta({ id: 'LoadResult' });

export const InstanceSchema = z
  .object({
    hostname: z.string().meta({ example: 'ip-10-0-12-34' }),
    instanceId: z.string().optional().meta({ description: 'On EC2 only', example: 'i-0abc1234def567890' }),
    availabilityZone: z.string().optional().meta({ description: 'On EC2 only', example: 'eu-central-1a' }),
    region: z.string().optional().meta({ description: 'Only with several regions', example: 'eu-central-1' }),
    version: z.string().meta({ example: '0.1.0' }),
    commit: z.string().meta({ example: '2bfd373' }),
    uptimeSeconds: z.number().meta({ example: 93_784 }),
  })
  .meta({ id: 'Instance' });

export type Instance = z.infer<typeof InstanceSchema>;

const EXAMPLE_ERROR = { field: 'query.limit', message: 'expected a whole number from 1 to 1000' };

/** Problem details, RFC 9457. */
export const ProblemSchema = z
  .object({
    type: z.string().meta({ example: '/docs#invalid' }),
    title: z.string().meta({ example: 'Bad Request' }),
    status: z.int().meta({ example: 400 }),
    detail: z.string().meta({ example: `the request is not valid: ${EXAMPLE_ERROR.field}: ${EXAMPLE_ERROR.message}` }),
    errors: z
      .array(
        z.object({
          field: z.string().meta({ example: EXAMPLE_ERROR.field }),
          message: z.string().meta({ example: EXAMPLE_ERROR.message }),
        }),
      )
      .optional()
      .meta({ description: 'The invalid fields' }),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof ProblemSchema>;
