/** The entry point: reads the environment, wires the service, listens, and ends when told to. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Config, ConfigError, readConfig } from './config.ts';
import { ENV, TIMEOUTS_MS } from './contract.ts';
import { openDatabase } from './database.ts';
import { createLogger } from './logger.ts';
import { createService } from './service.ts';
import { COMMIT, FROM_SOURCE, VERSION } from './version.ts';

const EXIT_CONFIG = 78; // EX_CONFIG of sysexits.h

const readConfigOrExit = (): Config => {
  try {
    const file = process.env[ENV.envFile];
    if (file && existsSync(file)) process.loadEnvFile(file);
    return readConfig(process.env, { embeddedDatabase: FROM_SOURCE });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return process.exit(EXIT_CONFIG);
  }
};

const config = readConfigOrExit();
const logger = createLogger(config.logLevel);
process.on('uncaughtException', (error) => {
  logger.fatal({ err: error }, 'crashed');
  process.exit(1);
});

const database = await openDatabase(config);
const service = createService({
  config,
  facts: { hostname: config.hostname, version: VERSION, commit: COMMIT },
  client: database.client,
  tableName: database.tableName,
  logger,
});

/**
 * Serving begins with a proven table. While DynamoDB is away nobody knows whether it is proven, and to stay down would
 * make the load balancer empty the fleet (D6), so after the deadline serving begins without the proof.
 */
const PROBE_DEADLINE_MS = 10_000;
await Promise.race([service.probe(), delay(PROBE_DEADLINE_MS, undefined, { ref: false })]).catch((error: unknown) =>
  logger.error({ err: error }, 'table not proven'),
);

service.server.listen({ port: config.port, host: config.host });
await once(service.server, 'listening');
const { port } = service.server.address() as AddressInfo;
logger.info({ port, host: config.host, version: VERSION, commit: COMMIT, table: database.tableName }, 'listening');
process.send?.('ready');

let ending = false;
const end = async (signal: NodeJS.Signals): Promise<void> => {
  if (ending) return;
  ending = true;
  logger.info({ signal }, 'draining');
  const late = setTimeout(() => {
    logger.error({ drainMs: TIMEOUTS_MS.drain }, 'not drained in time');
    process.exit(1);
  }, TIMEOUTS_MS.drain);
  await service.drain();
  await database.close();
  clearTimeout(late);
  logger.info('drained');
  process.exit(0);
};
process.on('SIGINT', end);
process.on('SIGTERM', end);
