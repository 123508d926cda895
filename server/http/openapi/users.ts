import { NewUserSchema, UserPageSchema, UserQuerySchema, UserSchema } from '../schemas.ts';
import type { Operation } from './document.ts';
import { json, queryParameters } from './from-zod.ts';
import { problems } from './problems.ts';

const create: Operation = {
  operationId: 'createUser',
  summary: 'Create a user',
  description: 'Name and e-mail address are unique, each by itself.',
  requestBody: { required: true, content: json(NewUserSchema) },
  responses: {
    201: { description: 'The user is stored.', content: json(UserSchema) },
    ...problems('invalid', 'conflict', 'too-large', 'unsupported-media-type', 'unavailable'),
  },
};

const list: Operation = {
  operationId: 'listUsers',
  summary: 'List the users, newest first',
  parameters: queryParameters(UserQuerySchema),
  security: [{}, { readToken: [] }],
  responses: {
    200: { description: 'A page of users.', content: json(UserPageSchema) },
    ...problems('invalid', 'unauthorized', 'unavailable'),
  },
};

export const userPaths = { '/users': { post: create, get: list } };
