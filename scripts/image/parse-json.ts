import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';

/** Parses JSON by a schema. @throws OperatorError that says what of `source` is wrong */
export function parseJson<Schema extends z.ZodType>(text: string, schema: Schema, source: string): z.output<Schema> {
  const result = schema.safeParse(JSON.parse(text));
  if (result.success) return result.data;
  throw new OperatorError(`${source} has an unexpected content: ${z.prettifyError(result.error)}`);
}
