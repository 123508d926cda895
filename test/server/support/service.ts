import { on, once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { after } from 'node:test';
import { pino } from 'pino';
import { type Config, readConfig } from '../../../server/config.ts';
import { startTelemetry } from '../../../server/metrics/telemetry.ts';
import type { Runtime } from '../../../server/runtime.ts';
import { openSecrets } from '../../../server/secrets/open-secrets.ts';
import { createService } from '../../../server/service.ts';
import type { SpillBucket } from '../../../server/spill/bucket.ts';
import type { Tracing } from '../../../server/tracing/tracing.ts';
import type { TestDatabase } from './database.ts';

export interface TestService {
  readonly server: Server;
  readonly url: string;
  /** The service's log entries. */
  readonly log: Record<string, unknown>[];
  readonly drain: () => Promise<void>;
  /** Resolves after this number of further requests has arrived. */
  readonly arrived: (count: number) => Promise<void>;
}

/** Clients and database share the event loop with the service, which could refuse requests on a busy machine. */
const DEFAULTS = { PORT: '0', HOST: '127.0.0.1', MAX_EVENT_LOOP_DELAY_MS: '60000' };

/** The service in this process, on a free port; stops after the tests of the calling suite. */
export async function startService(
  database: TestDatabase,
  environment: Record<string, string> = {},
  instanceId?: string,
  tracing?: Tracing,
  spillBucket?: SpillBucket,
  runtime?: Runtime,
): Promise<TestService> {
  const config: Config = readConfig({ ...DEFAULTS, ...environment }, { embeddedDatabase: true });
  const log: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(line, _encoding, done) {
      log.push(JSON.parse(String(line)));
      done();
    },
  });
  const facts = { hostname: 'test-host', ...(instanceId && { instanceId }), version: '1.2.3', commit: 'abcdef123456' };
  const logger = pino({ level: 'trace' }, sink);
  const telemetry = await startTelemetry(config, logger);
  const secrets = await openSecrets(config, logger);
  const service = createService({
    config,
    facts,
    database,
    logger,
    telemetry,
    secrets,
    tracing,
    spillBucket,
    runtime,
    onClockJump: () => {},
  });
  service.server.listen(config.port, config.host);
  await once(service.server, 'listening');
  const stop = () => {
    service.server.closeAllConnections();
    return service.drain();
  };
  database.stopFirst.push(stop);
  after(stop);
  const { port } = service.server.address() as AddressInfo;
  const arrived = async (count: number) => {
    for await (const _ of on(service.server, 'request')) if (--count === 0) return;
  };
  return { arrived, server: service.server, url: `http://127.0.0.1:${port}`, log, drain: service.drain };
}
