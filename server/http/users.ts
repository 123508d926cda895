import express, { type RequestHandler, Router } from 'express';
import { MAX_BODY_BYTES } from '../contract.ts';
import { ServiceError } from '../errors.ts';
import { idempotencyKey } from '../idempotency/key.ts';
import type { Users } from '../users/users.ts';
import { keyTextOf } from './idempotency-key.ts';
import type { AssetUrl } from './pages/layout.ts';
import { usersPage } from './pages/users-page.ts';
import { hasBody } from './read-body.ts';
import { type CheckToken, requireToken } from './require-token.ts';
import { allow } from './route.ts';
import { NewUserSchema, type UserList, UserQuerySchema, userBody } from './schemas.ts';
import { negotiate, validate } from './validate.ts';

const JSON_TYPE = 'application/json';

/** The region that creates users, and its URL if it is known. */
export interface HomeRegion {
  readonly home: string;
  readonly homeUrl?: string | undefined;
}

export interface UsersRoutesOptions {
  readonly users: Users;
  /** Set in the other regions. @default - this region creates users */
  readonly otherHome?: HomeRegion | undefined;
  readonly checkReadToken: CheckToken | undefined;
  readonly checkWriteToken: CheckToken | undefined;
  readonly assetUrl: AssetUrl;
}

/** `POST /users` creates a user. `GET /users` lists them in pages, newest first. */
export function usersRoutes(options: UsersRoutesOptions): Router {
  const { users, otherHome, checkReadToken, checkWriteToken, assetUrl } = options;
  const router = Router();
  router
    .route('/users')
    .post(
      requireToken(checkWriteToken),
      requireHome(otherHome),
      requireJson,
      // Not strict, so that the schema names a body that is JSON but not an object.
      express.json({ limit: MAX_BODY_BYTES, type: JSON_TYPE, strict: false }),
      createUser(users),
    )
    .get(requireToken(checkReadToken), listUsers(users, assetUrl))
    .all(allow('GET', 'HEAD', 'POST'));
  return router;
}

/** Names are unique only in the region that creates all users: replication would let two regions take one name. */
function requireHome(otherHome: HomeRegion | undefined): RequestHandler {
  return (_request, _response, next) => {
    if (otherHome) throw otherRegion(otherHome);
    next();
  };
}

function otherRegion({ home, homeUrl }: HomeRegion): ServiceError {
  const where = homeUrl === undefined ? '' : `: POST ${homeUrl}/users`;
  return new ServiceError('other-region', `users are created in the home region ${home}${where}`);
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
    response
      .set('Cache-Control', 'no-store')
      .status(201)
      .json(userBody(await users.createUser(newUser, key)));
  };
}

function listUsers(users: Users, assetUrl: AssetUrl): RequestHandler {
  return async (request, response) => {
    const { limit, cursor } = validate(UserQuerySchema, 'query', request.query);
    const type = negotiate(request, [JSON_TYPE, 'text/html']);
    const page = await users.listUsers({ limit, ...(cursor !== undefined && { before: cursor }) });
    const next = page.next && `${request.path}?${new URLSearchParams({ limit: String(limit), cursor: page.next })}`;
    const list: UserList = { users: page.users.map(userBody), ...(next && { next }) };
    response.vary('Accept').set('Cache-Control', 'no-store');
    if (next) response.links({ next });
    if (type === 'text/html') response.type('html').send(usersPage(assetUrl, list));
    else response.json(list);
  };
}
