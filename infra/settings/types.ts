/** Types of settings. Values come from the table or, as text, from the command line. Descriptions follow "expected". */
import { z } from 'zod';

/** One of the given words. */
export function oneOf<const W extends readonly string[]>(...words: W) {
  return z.enum(words).describe(`one of ${words.join(', ')}`);
}

/** Text that matches the pattern; `like` describes such text. */
export function text(pattern: RegExp, like: string) {
  return z.string().regex(pattern).describe(like);
}

/** Text that may be empty, which means "not set". */
export function optional(type: z.ZodType<string, string>) {
  return z.union([z.literal(''), type]).describe(`${type.description}, or nothing`);
}

const wholeNumber = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]);

/** A whole number within bounds. */
export function integer(min: number, max: number) {
  return wholeNumber.pipe(z.int().min(min).max(max)).describe(`a whole number from ${min} to ${max}`);
}

/** A whole number from a list. */
export function numberIn(...numbers: readonly number[]) {
  return wholeNumber.pipe(z.literal(numbers)).describe(`one of ${numbers.join(', ')}`);
}

export const flag = z
  .union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'], case: 'sensitive' })])
  .describe('true or false');

/** A list, or comma-separated text. */
export function listOf<T>(member: z.ZodType<T, string>, min = 0, max = 50) {
  return z
    .union([z.array(z.string()), z.string().transform((list) => list.split(',').filter(Boolean))])
    .pipe(z.array(member).min(min).max(max))
    .describe(`${min} to ${max} of: ${member.description}`);
}

/** The name of a region. */
export const regionName = text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-west-1');

/** A wider network is probably a mistake. */
const WIDEST_SSH_PREFIX = 16;

/** An IPv4 network of operators. */
export const sshCidr = z
  .cidrv4()
  .refine((network) => Number(network.split('/')[1]) >= WIDEST_SSH_PREFIX)
  .describe(`an IPv4 network of /${WIDEST_SSH_PREFIX} or smaller such as 198.51.100.7/32, never 0.0.0.0/0`);

/** All addresses. */
export const ANY_IPV4 = '0.0.0.0/0';

/** An IPv4 network of clients. */
export const sourceCidr = z
  .cidrv4()
  .describe(`an IPv4 network such as 198.51.100.0/24, or ${ANY_IPV4} for all addresses`);

/** An address that Elastic Load Balancing accepts for JWT validation. */
export const httpsUrl = text(/^https:\/\/[^\s/]+(\/\S*)?$/, 'an https:// URL of at most 256 characters').max(256);

export const emailAddress = z.email().describe('an e-mail address');

/** The id of a channel in Slack: the last part of its link. */
export const slackChannel = text(/^[CG][A-Z0-9]{5,20}$/, 'the id of a Slack channel such as C01ABCDEF');

/** An object in a bucket. */
export const s3Object = text(/^s3:\/\/[a-z0-9.-]{3,63}\/[\w!.*'()/-]+$/, 'an object such as s3://bucket/clients.pem');

/** A claim of a JSON Web Token: `name=value`, or `name:format=value/value` with a format of Elastic Load Balancing. */
export const jwtClaim = z
  .string()
  .regex(/^(?!(exp|iss|nbf|iat)[:=])[\w.-]+(:(single-string|string-array|space-separated-values))?=[^\s,]+$/)
  .transform((entry) => {
    const [, name = '', format = 'single-string', value = ''] = /^([^:=]+)(?::([^=]+))?=(.*)$/.exec(entry) ?? [];
    return { name, format, values: format === 'single-string' ? [value] : value.split('/') };
  })
  .describe('a claim such as aud=stampede or scope:space-separated-values=record/read');

/** Name of a scheduled minimum, the five cron fields that Auto Scaling supports, and the minimum. */
export const scheduledMinimum = z
  .string()
  .regex(/^[A-Za-z]+=[^\s=]+( [^\s=]+){4}=\d+$/)
  .transform((entry) => entry.split('=') as [string, string, string])
  .transform(([name, cron, minimum]) => ({ name, cron, minimum: Number(minimum) }))
  .describe('an entry such as Morning=0 6 * * MON-FRI=6');

/** Scaling steps, as a list or as text: percent of CPU and instances, such as `60:1/75:2`. */
function steps<B extends 'from' | 'below'>(bound: B, like: string) {
  type Step = Readonly<Record<B | 'instances', number>>;
  const step = z.object({ [bound]: z.int().min(1).max(100), instances: z.int().min(1) }) as unknown as z.ZodType<Step>;
  const parse = (pair: string) => {
    const [percent, instances] = pair.split(':').map(Number);
    return { [bound]: percent, instances };
  };
  return z
    .preprocess(
      (value) =>
        typeof value === 'string' && /^\d+:\d+(\/\d+:\d+)*$/.test(value) ? value.split('/').map(parse) : value,
      z.tuple([step], step).readonly(),
    )
    .describe(`CPU percent:instances, separated by slashes, such as ${like}`);
}

/** Scale-out steps. */
export const outSteps = steps('from', '60:1/75:2/90:4');

/** Scale-in steps. */
export const inSteps = steps('below', '40:1/15:2');
