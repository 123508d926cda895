import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import { HEALTH_PATH, TIMESTAMPS_PATH } from '../contract.ts';
import { ServiceError } from '../errors.ts';
import type { ServiceFacts } from '../service-facts.ts';
import type { SettledUntil } from '../timestamps/settled.ts';
import type { TimestampStore } from '../timestamps/store.ts';
import { protocolOf } from './arrival.ts';
import { listTimestamps, readTimestamp } from './get-app.ts';
import { homePage } from './pages/home-page.ts';
import type { AssetUrl } from './pages/layout.ts';
import type { PostApp } from './post-app.ts';
import type { SendProblem } from './problems.ts';
import { type CheckToken, requireToken } from './require-token.ts';
import { allow, getRoute } from './route.ts';
import type { Instance } from './schemas.ts';
import { pageHeadersOf } from './security-headers.ts';
import { negotiate } from './validate.ts';

export interface AppOptions {
  readonly facts: ServiceFacts;
  readonly store: Pick<TimestampStore, 'getRecord' | 'listRecords'>;
  /** Whether the table has every acknowledged timestamp, as far as this process knows. */
  readonly isComplete: () => boolean;
  readonly settledUntil: SettledUntil;
  /** @default - records are kept for ever */
  readonly retentionDays: number | undefined;
  readonly postApp: PostApp;
  readonly sendProblem: SendProblem;
  /** @default - reading needs no token */
  readonly checkReadToken: CheckToken | undefined;
  /** For single records, which the canary may read as well. @default - reading needs no token */
  readonly checkRecordToken: CheckToken | undefined;
  readonly trustedProxies: number;
  readonly isDraining: () => boolean;
  readonly assetUrl: AssetUrl;
  /** The other routes: users, load, metrics, documents, assets. */
  readonly routers: readonly Router[];
}

/** The Express application with every route of the service. */
export function createApp(options: AppOptions): Express {
  const { facts, store, isComplete, settledUntil, postApp, sendProblem, checkReadToken, isDraining, assetUrl } =
    options;
  const hasRegions = facts.region !== undefined;
  const app = express();
  app.set('trust proxy', options.trustedProxies);
  app.set('etag', false);
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    // Some clients join URLs incorrectly and request `//app`.
    request.url = request.url.replace(/^\/{2,}/, '/');
    const headers = pageHeadersOf(protocolOf(request, options.trustedProxies));
    for (let i = 0; i < headers.length; i += 2) response.setHeader(headers[i] as string, headers[i + 1] as string);
    next();
  });

  app
    .route(TIMESTAMPS_PATH)
    .post(postApp)
    .get(requireToken(checkReadToken), listTimestamps({ store, isComplete, settledUntil, hasRegions, assetUrl }))
    .all(allow('GET', 'HEAD', 'POST'));
  const requiresToken = checkReadToken !== undefined;
  app
    .route(`${TIMESTAMPS_PATH}/:id`)
    .get(
      requireToken(options.checkRecordToken),
      readTimestamp({ store, retentionDays: options.retentionDays, requiresToken }),
    )
    .all(allow('GET', 'HEAD'));
  app.use(getRoute(HEALTH_PATH, checkHealth(isDraining)), getRoute('/', showInstance(facts, assetUrl)));
  for (const router of options.routers) app.use(router);

  app.use(({ path }) => {
    throw new ServiceError('not-found', `there is nothing at ${path}`);
  });
  app.use(((error, request, response, _next) =>
    sendProblem(request, response, asServiceError(error))) satisfies ErrorRequestHandler);
  return app;
}

function checkHealth(isDraining: () => boolean): RequestHandler {
  return (_request, response) => {
    const draining = isDraining();
    response.set('Cache-Control', 'no-store');
    response.status(draining ? 503 : 200).json({ status: draining ? 'draining' : 'ok' });
  };
}

/** Returns the instance that answered, as the live page for browsers and as JSON for other clients. */
function showInstance(facts: ServiceFacts, assetUrl: AssetUrl): RequestHandler {
  return (request, response) => {
    const type = negotiate(request, ['application/json', 'text/html']);
    const instance: Instance = { ...facts, uptimeSeconds: Math.floor(process.uptime()) };
    response.vary('Accept').set('Cache-Control', 'no-store');
    if (type === 'text/html') response.type('html').send(homePage(assetUrl, instance));
    else response.json(instance);
  };
}

/** Converts Express's errors about a request, such as malformed JSON or an undecodable URL, to client errors. */
function asServiceError(error: unknown): unknown {
  const { status, message } = error as { status?: number; message?: string };
  if (error instanceof ServiceError || status === undefined || status < 400 || status > 499) return error;
  const code = status === 413 ? 'too-large' : status === 415 ? 'unsupported-media-type' : 'invalid';
  return new ServiceError(code, message ?? 'the request is not valid', { cause: error });
}
