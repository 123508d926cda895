import express, { type RequestHandler, Router } from 'express';
import { MAX_BODY_BYTES } from '../contract.ts';
import { ServiceError } from '../errors.ts';
import { idempotencyKey } from '../idempotency/key.ts';
import type { Users } from '../users/users.ts';
import { keyTextOf } from './idempotency-key.ts';
import { hasBody } from './read-body.ts';
import { type CheckToken, requireToken } from './require-token.ts';
import { allow } from './route.ts';
import { NewUserSchema, UserQuerySchema, userBody } from './schemas.ts';
import { validate } from './validate.ts';

const JSON_TYPE = 'application/json';

export interface UsersRoutesOptions {
  readonly users: Users;
  readonly checkReadToken: CheckToken | undefined;
  readonly checkWriteToken: CheckToken | undefined;
}

/** `POST /users` creates a user. `GET /users` lists them in pages, newest first. */
export function usersRoutes({ users, checkReadToken, checkWriteToken }: UsersRoutesOptions): Router {
  const router = Router();
  router
    .route('/users')
    .post(
      requireToken(checkWriteToken),
      requireJson,
      express.json({ limit: MAX_BODY_BYTES, type: JSON_TYPE }),
      createUser(users),
    )
    .get(requireToken(checkReadToken), listUsers(users))
    .all(allow('GET', 'HEAD', 'POST'));
  return router;
}

/** Refuses bodies of other media types before they are read. */
function requireJson(request: express.Request, _response: express.Response, next: express.NextFunction): void {
  const type = request.get('content-type') ?? 'without a type';
  if (hasBody(request) && !request.is(JSON_TYPE))
    throw new ServiceError('unsupported-media-type', `the body must be ${JSON_TYPE}, not ${type}`);
  next();
}

function createUser(users: Users): RequestHandler {
  return async (request, response) => {
    const newUser = validate(NewUserSchema, 'body', request.body);
    const text = keyTextOf(request);
    const key = text === undefined ? undefined : idempotencyKey(text, 'POST /users', JSON.stringify(newUser));
    response.status(201).json(userBody(await users.createUser(newUser, key)));
  };
}

function listUsers(users: Users): RequestHandler {
  return async (request, response) => {
    const { limit, cursor } = validate(UserQuerySchema, 'query', request.query);
    const page = await users.listUsers({ limit, ...(cursor !== undefined && { before: cursor }) });
    const next = page.next && `${request.path}?${new URLSearchParams({ limit: String(limit), cursor: page.next })}`;
    response.set('Cache-Control', 'no-store');
    if (next) response.links({ next });
    response.json({ users: page.users.map(userBody), ...(next && { next }) });
  };
}
