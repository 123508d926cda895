import type { IncomingMessage } from 'node:http';
import accepts from 'accepts';
import type { z } from 'zod';
import { type FieldError, ServiceError } from '../errors.ts';

/** Parses one part of a request (`query`, `body`). Throws a `ServiceError` `invalid` that names every invalid field. */
export function validate<T extends z.ZodType>(schema: T, part: string, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  // Two checks of a field can fail with the same message.
  const errors = result.error.issues.flatMap((issue) => fieldErrors(part, issue));
  const byText = new Map(errors.map((error) => [`${error.field}: ${error.message}`, error]));
  const [summary, fields] = [[...byText.keys()].join('; '), [...byText.values()]];
  throw new ServiceError('invalid', `the request is not valid: ${summary}`, { fields });
}

/** The media type that the `Accept` header prefers. Throws a `ServiceError` `not-acceptable` if there is none. */
export function negotiate<T extends string>(request: IncomingMessage, types: readonly T[]): T {
  const type = accepts(request).types([...types]);
  if (!type) throw new ServiceError('not-acceptable', `the available media types are ${types.join(', ')}`);
  return type as T;
}

function fieldErrors(part: string, issue: z.core.$ZodIssue): FieldError[] {
  const fieldOf = (...path: PropertyKey[]): string => [part, ...path.map(String)].join('.');
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ field: fieldOf(...issue.path, key), message: 'is not known' }))
    : [{ field: fieldOf(...issue.path), message: issue.message }];
}
