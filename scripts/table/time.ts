import { z } from 'zod';
import { isoFromMicros, microsFromIso } from '../../server/timestamps/iso-time.ts';

export { isoFromMicros, microsFromIso };

/** A time of the command line, in microseconds: the forms that the server accepts in queries. */
export function timeValue() {
  return z
    .string()
    .transform((text) => microsFromIso(text))
    .pipe(z.number())
    .describe('a UTC day or a time in ISO 8601, such as 2026-11-21 or 2026-11-21T07:45Z');
}
