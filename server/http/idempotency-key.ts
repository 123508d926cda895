import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../errors.ts';

/** The name of the header, as Node.js has it. */
export const IDEMPOTENCY_KEY = 'idempotency-key';

const MAX_LENGTH = 255;

/**
 * A String of RFC 9651 (structured fields), without parameters. Also accepted: a UUID or another plain key without
 * quotes, as many clients send it. Node.js joins repeated headers by a comma.
 */
export const KEY_FIELD = new RegExp(
  `^(?:[\\w.:~+/=-]{1,${MAX_LENGTH}}|"(?:[ !#-\\[\\]-~]|\\\\["\\\\]){1,${MAX_LENGTH}}")$`,
);

/** The key of a request; `undefined` without the header. Throws a `ServiceError` `key-invalid`. */
export function keyTextOf({ headers }: IncomingMessage): string | undefined {
  const field = headers[IDEMPOTENCY_KEY];
  if (field === undefined) return undefined;
  const text = String(field);
  if (KEY_FIELD.test(text)) return text.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text;
  throw new ServiceError(
    'key-invalid',
    `the Idempotency-Key is not valid; expected a quoted string of 1 to ${MAX_LENGTH} printable ASCII characters, such as "8e03978e-40d5-43e8-bc93-6894a57f9324"`,
  );
}
