/**
 * What crosses the HTTP border, as zod schemas: they validate the requests, and the OpenAPI document is made from
 * them (`openapi.ts`), so that the two cannot disagree.
 */
import { z } from 'zod';
import { microsFromIso } from '../iso-time.ts';

const Iso8601Micros = z
  .string()
  .meta({ format: 'date-time', example: '2026-11-21T07:45:00.123456Z', description: 'UTC, with microseconds' });

export const RecordSchema = z
  .object({
    timestamp: Iso8601Micros,
    id: z
      .string()
      .meta({ description: 'Address of the record: GET /app/{id}', example: '1k7t0ud3tg00004015rm2v0q800000a1' }),
    traceId: z.string().meta({ description: 'AWS X-Ray trace id', example: '1-69200b2c-3f5c8a1b9d7e4c6f8a0b2d4e' }),
    clientAddress: z.string().meta({ example: '203.0.113.7' }),
    protocol: z.enum(['http', 'https']),
    instance: z.string().meta({ description: 'EC2 instance id, or host name', example: 'i-0abc1234def567890' }),
  })
  .meta({ id: 'Timestamp' });

/** A record's fields in their order, the columns of the CSV. */
export const RECORD_FIELDS = Object.keys(RecordSchema.shape) as (keyof typeof RecordSchema.shape)[];

export const RecordPageSchema = z
  .object({
    timestamps: z.array(RecordSchema),
    next: z.string().optional().meta({ description: 'URL of the next, older page; absent on the last one' }),
  })
  .meta({ id: 'TimestampPage' });

/** A whole number as it stands in a URL. */
const wholeNumber = (min: number, max: number) => {
  const expectation = `expected a whole number from ${min} to ${max}`;
  return z
    .string(expectation)
    .regex(/^\d{1,16}$/, expectation)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expectation);
};

const time = z
  .string()
  .transform((text, context) => {
    const micros = microsFromIso(text);
    if (micros === undefined) context.addIssue('expected an ISO 8601 date or time, such as 2026-11-21T07:45:00Z');
    return micros ?? 0;
  })
  .optional();

export const ListQuerySchema = z
  .strictObject({
    limit: wholeNumber(1, 1000).default(100).meta({ description: 'Records on a page, 1 to 1000' }),
    cursor: z
      .string()
      .regex(/^[0-9a-v]{32}$/, 'expected the cursor of a previous page')
      .optional()
      .meta({ description: 'Where the previous page ended; opaque, take it from `next`' }),
    from: time.meta({ description: 'Only records at or after this time, ISO 8601, UTC unless it has an offset' }),
    to: time.meta({ description: 'Only records before this time' }),
    consistent: z
      .enum(['true', 'false'])
      .default('false')
      .transform((text) => text === 'true')
      .meta({ description: 'Whether to see everything acknowledged before the request, at twice the read price' }),
  })
  .meta({ id: 'TimestampQuery' });

export const NewUserSchema = z
  .strictObject({
    username: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, '1 to 64 letters, digits, dots, dashes or underscores'),
    email: z.email().max(254),
  })
  .meta({ id: 'NewUser' });

export const UserSchema = z
  .object({ id: z.string(), username: z.string(), email: z.string(), createdAt: Iso8601Micros })
  .meta({ id: 'User' });

export const LoadQuerySchema = z
  .strictObject({
    number: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  })
  .meta({ id: 'LoadQuery' });

export const LoadResultSchema = z
  .object({
    number: z.int(),
    isPrime: z.boolean(),
    processingTime: z.number().meta({ description: 'Seconds of computation', example: 0.183 }),
  })
  .meta({ id: 'LoadResult' });

export const InstanceSchema = z
  .object({
    hostname: z.string(),
    instanceId: z.string().optional().meta({ description: 'On EC2 only' }),
    availabilityZone: z.string().optional().meta({ description: 'On EC2 only' }),
    version: z.string(),
    commit: z.string(),
    uptimeSeconds: z.number(),
  })
  .meta({ id: 'Instance' });

/** Problem details, RFC 9457. */
export const ProblemSchema = z
  .object({
    type: z.string().meta({ example: '/docs#invalid' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
