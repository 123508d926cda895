/** The entry point: reads the environment, wires the service, listens, and exits on a signal. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Config, ConfigError, readConfig } from './config.ts';
import { ENV, LISTEN_BACKLOG, SERVICE_NAME, TIMEOUTS_MS } from './contract.ts';
import { type Database, openDatabase } from './dynamodb/database.ts';
import { StartError } from './errors.ts';
import { greeting } from './greeting.ts';
import { readInstanceIdentity } from './instance.ts';
import { createLogger } from './logger.ts';
import { startTelemetry } from './metrics/telemetry.ts';
import { openSecrets } from './secrets/open-secrets.ts';
import { createService, type Service } from './service.ts';
import type { SpillBucket } from './spill/bucket.ts';
import type { Tracing } from './tracing/tracing.ts';
import { COMMIT, FROM_SOURCE, VERSION } from './version.ts';

const EXIT_CONFIG = 78; // EX_CONFIG of sysexits.h
const PROBE_DEADLINE_MS = 10_000;

function readConfigOrExit(): Config {
  try {
    const file = process.env[ENV.envFile];
    if (file && existsSync(file)) process.loadEnvFile(file);
    return readConfig(process.env, { embeddedDatabase: FROM_SOURCE });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return process.exit(EXIT_CONFIG);
  }
}

/** Waits for the table, but not longer than the deadline: in an outage the load balancer must not replace the fleet. */
async function probeTable(service: Service, logger: Logger): Promise<void> {
  const deadline = AbortSignal.timeout(PROBE_DEADLINE_MS);
  while (!deadline.aborted) {
    try {
      return await service.probe();
    } catch (error) {
      logger.error({ err: error }, 'table not readable yet');
      await delay(1_000);
    }
  }
}

/** @throws StartError if the address cannot be used */
async function listen(service: Service, { port, host }: Config): Promise<AddressInfo> {
  service.server.listen({ port, ...(host !== undefined && { host }), backlog: LISTEN_BACKLOG });
  try {
    await once(service.server, 'listening');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'another program uses it' : message;
    const remedy = `Use another port with ${ENV.port}=…, or another address with ${ENV.host}=…`;
    const where = host === undefined ? '' : ` of ${host}`;
    throw new StartError(`cannot listen on port ${port}${where}: ${reason}. ${remedy}`, { cause });
  }
  return service.server.address() as AddressInfo;
}

/** Loads OpenTelemetry only if a collector is configured. */
async function traceRequests({ otlpEndpoint }: Config, logger: Logger): Promise<Tracing | undefined> {
  if (otlpEndpoint === undefined) return undefined;
  const { startTracing } = await import('./tracing/tracing.ts');
  const onError = (err: unknown): void => logger.warn({ err }, 'traces not sent');
  return startTracing({ endpoint: otlpEndpoint, serviceName: SERVICE_NAME, nowMs: Date.now, onError });
}

/** Loads the S3 client only if a bucket is configured. */
async function openSpill({ spillBucket }: Config): Promise<SpillBucket | undefined> {
  if (spillBucket === undefined) return undefined;
  const { openBucket } = await import('./spill/open-bucket.ts');
  return openBucket(spillBucket);
}

/** Drains and exits on the first signal; the exit code is 1 if draining exceeds its deadline. */
function endOnSignal(service: Service, database: Database, tracing: Tracing | undefined, logger: Logger): void {
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    for (const each of ['SIGINT', 'SIGTERM']) process.removeListener(each, end).on(each, () => {});
    logger.info({ signal }, 'draining');
    setTimeout(() => {
      logger.error({ drainMs: TIMEOUTS_MS.drain }, 'not drained in time');
      process.exit(1);
    }, TIMEOUTS_MS.drain).unref();
    await service.drain();
    await Promise.all([database.close(), tracing?.stop()]);
    logger.info('drained');
    // Under pm2, stdout is a stream; exiting before it is flushed would lose its last lines.
    process.stdout.write('', () => process.exit(0));
  };
  process.on('SIGINT', end).on('SIGTERM', end);
}

async function main(): Promise<void> {
  const config = readConfigOrExit();
  const logger = createLogger(config.logLevel);
  const crash = (error: unknown): never => {
    if (error instanceof StartError) logger.fatal(error.message);
    else logger.fatal({ err: error }, 'crashed');
    return process.exit(1);
  };
  process.on('uncaughtException', crash);
  // Not left to the handler above: pm2 handles unhandled rejections itself.
  await serve(config, logger).catch(crash);
}

async function serve(config: Config, logger: Logger): Promise<void> {
  const [database, spillBucket, identity, telemetry, tracing, secrets] = await Promise.all([
    openDatabase(config),
    openSpill(config),
    // A server with the embedded database does not run on EC2.
    config.tableName === undefined ? undefined : readInstanceIdentity(config.metadata),
    startTelemetry(config, logger),
    traceRequests(config, logger),
    openSecrets(config, logger),
  ]);
  const facts = { hostname: config.hostname, ...identity, version: VERSION, commit: COMMIT };
  // pm2 starts another process. Its clock begins with the system clock as it is now.
  const onClockJump = (): void => void process.kill(process.pid, 'SIGTERM');
  const service = createService({
    config,
    facts,
    database,
    spillBucket,
    logger,
    telemetry,
    secrets,
    tracing,
    onClockJump,
  });
  endOnSignal(service, database, tracing, logger);
  await probeTable(service, logger);
  const { address, port } = await listen(service, config);
  const { secretId: secret = 'none' } = config;
  logger.info({ address, port, version: VERSION, commit: COMMIT, table: database.tableName, secret }, 'listening');
  if (process.stdout.isTTY) console.log(greeting(config, port));
  process.send?.('ready');
}

void main();
