import { NewUserSchema, UserPageSchema, UserSchema } from '../schemas.ts';
import type { Operation } from './document.ts';
import { json } from './from-zod.ts';
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
  summary: 'List the users',
  security: [{}, { readToken: [] }],
  responses: {
    200: { description: 'The users.', content: json(UserPageSchema) },
    ...problems('unauthorized', 'unavailable'),
  },
};

export const userPaths = { '/users': { post: create, get: list } };
