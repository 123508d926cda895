import express, { type RequestHandler, Router } from 'express';
import { MAX_BODY_BYTES } from '../contract.ts';
import { ServiceError } from '../errors.ts';
import { isoFromMicros } from '../timestamps/iso-time.ts';
import type { User, Users } from '../users/users.ts';
import { allow } from './app.ts';
import { hasBody } from './read-body.ts';
import { NewUserSchema, UserQuerySchema } from './schemas.ts';
import { validate } from './validate.ts';

const JSON_TYPE = 'application/json';

const userBody = ({ id, username, email, createdAt }: User) => ({
  id,
  username,
  email,
  createdAt: isoFromMicros(createdAt),
});

/** Bodies of other types are refused before they are read. */
const requireJson: RequestHandler = (request, _response, next) => {
  if (hasBody(request) && !request.is(JSON_TYPE))
    throw new ServiceError(
      'unsupported-media-type',
      `the body must be ${JSON_TYPE}, not ${request.get('content-type') ?? 'without a type'}`,
    );
  next();
};

const createUser =
  (users: Users): RequestHandler =>
  async (request, response) => {
    const newUser = validate(NewUserSchema, 'body', request.body);
    response.status(201).json(userBody(await users.createUser(newUser)));
  };

const listUsers =
  (users: Users): RequestHandler =>
  async (request, response) => {
    const { limit, cursor } = validate(UserQuerySchema, 'query', request.query);
    const page = await users.listUsers({ limit, ...(cursor !== undefined && { before: cursor }) });
    const next = page.next && `${request.path}?${new URLSearchParams({ limit: String(limit), cursor: page.next })}`;
    response.set('Cache-Control', 'no-store');
    if (next) response.links({ next });
    response.json({ users: page.users.map(userBody), ...(next && { next }) });
  };

/** `POST /users` creates a user, `GET /users` lists them in pages, newest first, to those whom `guard` lets pass. */
export const usersRoutes = (users: Users, guard: RequestHandler): Router => {
  const router = Router();
  router
    .route('/users')
    .post(requireJson, express.json({ limit: MAX_BODY_BYTES, type: JSON_TYPE }), createUser(users))
    .get(guard, listUsers(users))
    .all(allow('GET', 'HEAD', 'POST'));
  return router;
};
