import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { OperatorError } from './errors.ts';

/** Reads a JSON file by a schema. @throws OperatorError that says what is wrong in the file */
export async function readJson<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema>> {
  const result = schema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (result.success) return result.data;
  throw new OperatorError(`${file} is not as expected: ${z.prettifyError(result.error)}`);
}
