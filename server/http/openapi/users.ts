import { NewUserSchema, UserPageSchema, UserQuerySchema, UserSchema } from '../schemas.ts';
import { json, queryParameters } from './from-zod.ts';
import { linkToOlder } from './headers.ts';
import { problems } from './problems.ts';
import type { Operation } from './types.ts';

const create: Operation = {
  operationId: 'createUser',
  summary: 'Create a user',
  description: 'Name and e-mail address must each be unique.',
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
    200: {
      description: 'A page of users.',
      headers: { Link: linkToOlder('/users?limit=20&cursor=019aa5a7-6cf3-7b1e-9d0c-2f4a6b8c0d1e') },
      content: json(UserPageSchema),
    },
    ...problems('invalid', 'unauthorized', 'unavailable'),
  },
};

export const userPaths = { '/users': { post: create, get: list } };
