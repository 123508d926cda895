import { MAX_BODY_BYTES } from '../../../contract.ts';
import * as schemas from '../../schemas.ts';
import { example, json, queryParameters } from '../from-zod.ts';
import { problems } from '../problems.ts';
import type { Operation } from '../types.ts';
import { htmlPage, idempotencyKey, linkToOlder, readToken, writeToken } from './parts.ts';

const userPage = schemas.UserPageSchema.parse(example(schemas.UserPageSchema));

export const createUser: Operation = {
  operationId: 'createUser',
  summary: 'Create a user',
  description:
    'Name and e-mail address must each be unique. With several regions, only the home region creates users. All ' +
    'regions list users, but may lack those created in the last seconds.',
  parameters: [idempotencyKey],
  security: writeToken,
  requestBody: {
    description: `At most ${MAX_BODY_BYTES / 1024} KB`,
    required: true,
    content: json(schemas.NewUserSchema),
  },
  responses: {
    201: { description: 'The user is stored.', content: json(schemas.UserSchema) },
    ...problems(
      'invalid',
      'key-invalid',
      'unauthorized',
      'conflict',
      'key-in-use',
      'too-large',
      'unsupported-media-type',
      'other-region',
      'key-reused',
      'overloaded',
      'unavailable',
    ),
  },
};

export const listUsers: Operation = {
  operationId: 'listUsers',
  summary: 'List the users, newest first',
  description: 'Returns one page at a time. Browsers get an HTML page.',
  parameters: queryParameters(schemas.UserQuerySchema),
  security: readToken,
  responses: {
    200: {
      description: 'A page of users.',
      headers: { Link: linkToOlder(userPage.next) },
      content: { ...json(schemas.UserPageSchema), ...htmlPage },
    },
    ...problems('invalid', 'unauthorized', 'not-acceptable', 'overloaded', 'unavailable'),
  },
};
