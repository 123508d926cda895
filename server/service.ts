import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Logger } from 'pino';
import { createAdmission } from './admission.ts';
import { createClock } from './clock.ts';
import type { Config } from './config.ts';
import { GroupCommit } from './group-commit.ts';
import { createAccessLog } from './http/access-log.ts';
import { createApp } from './http/app.ts';
import { loadAssets } from './http/assets.ts';
import { drainConnections } from './http/drain.ts';
import { createFrontDoor } from './http/front-door.ts';
import { createHomePage } from './http/pages/home-page.ts';
import { createProblemPage } from './http/pages/problem-page.ts';
import { createTimestampsPage } from './http/pages/timestamps-page.ts';
import { createPostApp } from './http/post-app.ts';
import { createSendProblem } from './http/problems.ts';
import { createReadGuard } from './http/read-guard.ts';
import type { ServiceFacts } from './service-facts.ts';
import { DynamoTimestamps } from './timestamps-dynamodb.ts';
import { FROM_SOURCE } from './version.ts';

export interface ServiceOptions {
  readonly config: Config;
  readonly facts: ServiceFacts;
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly logger: Logger;
}

/** One process's service: an HTTP server that is not listening yet, and how to end it. */
export interface Service {
  readonly server: Server;
  /** Rejects when the table cannot be read. */
  readonly probe: () => Promise<void>;
  /** Stops accepting, lets what is in flight finish, flushes the pending block. Resolves when all of that is done. */
  readonly drain: () => Promise<void>;
}

/** The pages' assets lie next to their code; the build puts them next to the bundle. */
const ASSETS_FOLDER = join(import.meta.dirname, FROM_SOURCE ? 'http/pages/assets' : 'assets');

/** 40 random bits: no two processes share them, now or later. */
const makeWriterId = (): string => Number.parseInt(randomBytes(5).toString('hex'), 16).toString(32).padStart(8, '0');

/** Wires the parts of one process. */
export const createService = ({ config, facts, client, tableName, logger }: ServiceOptions): Service => {
  let draining = false;
  const isDraining = () => draining;
  const assets = loadAssets(ASSETS_FOLDER);
  const store = new DynamoTimestamps(client, tableName, config.tableShards);
  const sendProblem = createSendProblem(createProblemPage(assets.url), logger);
  const admission = createAdmission(config, logger);

  const commit = new GroupCommit({
    store,
    writer: makeWriterId(),
    instance: facts.instanceId ?? facts.hostname,
    shards: config.tableShards,
    maxPending: config.maxPending,
    observer: {
      blockCommitted: () => {},
      blockFailed: ({ error, timestamps }) => logger.error({ err: error, timestamps }, 'block failed'),
    },
  });

  const postApp = createPostApp({
    clock: createClock(),
    trustedProxies: config.trustedProxies,
    refusal: admission.refusal,
    record: (arrival) => commit.record(arrival),
    sendProblem,
  });

  const app = createApp({
    facts,
    store,
    postApp,
    sendProblem,
    readGuard: createReadGuard(config.readToken),
    trustedProxies: config.trustedProxies,
    isDraining,
    homePage: createHomePage(assets.url),
    timestampsPage: createTimestampsPage(assets.url),
    routers: [assets.router],
  });

  const server = createFrontDoor({
    postApp,
    app,
    isDraining,
    ...(config.accessLog && { observe: createAccessLog(logger) }),
  });

  const drain = async (): Promise<void> => {
    draining = true;
    await drainConnections(server);
    await commit.drained();
    admission.close();
  };

  return { server, probe: () => store.probe(), drain };
};
