import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import { HEALTH_PATH, TIMESTAMPS_PATH } from '../contract.ts';
import { ServiceError } from '../errors.ts';
import type { ServiceFacts } from '../service-facts.ts';
import type { TimestampStore } from '../timestamps/store.ts';
import { listTimestamps, readTimestamp, type TimestampsPage } from './get-app.ts';
import { type HomePage, showInstance } from './home.ts';
import type { PostApp } from './post-app.ts';
import type { SendProblem } from './problems.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

export interface AppOptions {
  readonly facts: ServiceFacts;
  readonly store: Pick<TimestampStore, 'getRecord' | 'listRecords'>;
  readonly postApp: PostApp;
  readonly sendProblem: SendProblem;
  readonly readGuard: RequestHandler;
  readonly trustedProxies: number;
  readonly isDraining: () => boolean;
  readonly homePage: HomePage;
  readonly timestampsPage: TimestampsPage;
  /** The routes of the parts: users, load, metrics, documents, assets. */
  readonly routers: readonly Router[];
}

const setSecurityHeaders: RequestHandler = (_request, response, next) => {
  for (let i = 0; i < SECURITY_HEADERS.length; i += 2)
    response.setHeader(SECURITY_HEADERS[i] as string, SECURITY_HEADERS[i + 1] as string);
  next();
};

/** Clients that join URLs badly ask for `//app`. */
const foldSlashes: RequestHandler = (request, _response, next) => {
  request.url = request.url.replace(/^\/{2,}/, '/');
  next();
};

/** The last handler of a route's path: its methods are known, and this was none of them. */
export const allow =
  (...methods: string[]): RequestHandler =>
  (request) => {
    throw new ServiceError('method-not-allowed', `${request.path} takes ${methods.join(', ')}, not ${request.method}`, {
      allow: methods,
    });
  };

const notFound: RequestHandler = (request) => {
  throw new ServiceError('not-found', `there is nothing at ${request.path}`);
};

/** Express's own complaints about a request (a body that is no JSON, a URL that does not decode) are the client's. */
const asServiceError = (error: unknown): unknown => {
  const { status, message } = error as { status?: number; message?: string };
  if (error instanceof ServiceError || status === undefined || status < 400 || status > 499) return error;
  const code = status === 413 ? 'too-large' : status === 415 ? 'unsupported-media-type' : 'invalid';
  return new ServiceError(code, message ?? 'the request is not valid', { cause: error });
};

/** The Express application: every route of the service. */
export const createApp = (options: AppOptions): Express => {
  const { store, postApp, sendProblem, readGuard, isDraining } = options;
  const app = express();
  app.set('trust proxy', options.trustedProxies);
  app.set('etag', false);
  app.disable('x-powered-by');
  app.use(setSecurityHeaders, foldSlashes);

  app
    .route(TIMESTAMPS_PATH)
    .post(postApp)
    .get(readGuard, listTimestamps(store, options.timestampsPage))
    .all(allow('GET', 'HEAD', 'POST'));
  app.route(`${TIMESTAMPS_PATH}/:id`).get(readTimestamp(store)).all(allow('GET', 'HEAD'));
  app
    .route(HEALTH_PATH)
    .get((_request, response) => {
      const draining = isDraining();
      response.set('Cache-Control', 'no-store');
      response.status(draining ? 503 : 200).json({ status: draining ? 'draining' : 'ok' });
    })
    .all(allow('GET', 'HEAD'));
  app.route('/').get(showInstance(options.facts, options.homePage)).all(allow('GET', 'HEAD'));
  for (const router of options.routers) app.use(router);

  app.use(notFound);
  app.use(((error, request, response, _next) =>
    sendProblem(request, response, asServiceError(error))) satisfies ErrorRequestHandler);
  return app;
};
