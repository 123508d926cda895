import type { z } from 'zod';
import { type FieldError, ServiceError } from '../errors.ts';

const fieldOf = (place: string, path: readonly PropertyKey[]): string => [place, ...path.map(String)].join('.');

const fieldErrors = (place: string, issue: z.core.$ZodIssue): FieldError[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ field: fieldOf(place, [...issue.path, key]), message: 'is not known' }))
    : [{ field: fieldOf(place, issue.path), message: issue.message }];

/**
 * What the schema makes of the input. `place` says where the input stood (`query`, `body`).
 * Throws a `ServiceError` `invalid` that names every field at fault.
 */
export const validate = <T extends z.ZodType>(schema: T, place: string, input: unknown): z.output<T> => {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const fields = result.error.issues.flatMap((issue) => fieldErrors(place, issue));
  const summary = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new ServiceError('invalid', `the request is not valid: ${summary}`, { fields });
};
