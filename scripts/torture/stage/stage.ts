import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ENV, HEALTH_PATH } from '../../../server/contract.ts';
import { freePort } from '../../bench/process.ts';
import { run } from '../../cli/run.ts';
import type { Undo } from '../../cli/undo.ts';
import { waitQuietly } from '../../cli/wait.ts';
import { COMMIT_LAG_MS, type DatabaseName, startDatabase, TABLE_NAME } from './database.ts';
import { createPm2 } from './pm2.ts';
import { startProxy } from './proxy.ts';
import { BUCKET, objectKeys, startSpillBucket } from './spill-bucket.ts';

const WORKERS = 2;
const START_DEADLINE_MS = 30_000;

const root = join(import.meta.dirname, '../../..');

/** What a run tortures. */
export type Stage = Awaited<ReturnType<typeof startStage>>;

interface StageOptions {
  readonly folder: string;
  readonly database: DatabaseName;
  readonly clockOffsetMs: number;
}

/** Starts database and S3 server with a proxy before each, and the production bundle under pm2. */
export async function startStage(undo: Undo, options: StageOptions) {
  const { folder, clockOffsetMs } = options;
  await run([process.execPath, 'scripts/build.ts'], { cwd: root });
  const database = await startDatabase(undo, options.database, join(folder, 'database'));
  const awsClock = createClockFile(join(folder, 'clock-of-aws'), clockOffsetMs);
  const spill = await startSpillBucket(undo, awsClock.file);
  const databaseProxy = await startProxy(undo, {
    of: 'the database',
    targetPort: database.port,
    clockOffsetMs,
    commitLagMs: COMMIT_LAG_MS[options.database],
  });
  const spillProxy = await startProxy(undo, { of: 'the S3 server', targetPort: spill.port, clockOffsetMs });
  const clock = createClockFile(join(folder, 'clock'), clockOffsetMs);
  const port = await freePort();
  const ports = { port, databasePort: databaseProxy.port, spillPort: spillProxy.port };
  const pm2 = createPm2(folder, WORKERS, environment(ports, clock.file));
  let isRunning = true;
  undo.later('pm2 and the workers', async () => {
    if (isRunning) await pm2.kill();
  });
  await pm2.start();
  const health = `http://127.0.0.1:${port}${HEALTH_PATH}`;
  const isHealthy = async () => (await fetch(health).catch(() => undefined))?.status === 200;
  await waitQuietly(`${health} to answer 200`, isHealthy, START_DEADLINE_MS);
  return {
    port,
    pm2,
    database,
    setClock: clock.set,
    /** Ends the workers as systemd does: they drain first. */
    async stopServer(): Promise<void> {
      isRunning = false;
      await pm2.kill();
    },
    databaseProxy,
    spillProxy,
    /** The keys of the objects in the spill bucket. */
    spilled: () => objectKeys(spill.endpoint, clockOffsetMs),
    /** Resolves when no request is on its way to database or S3 server. */
    async settled(): Promise<void> {
      await Promise.all([databaseProxy.settled(), spillProxy.settled()]);
    },
  };
}

/** A file from which processes read how far their clock differs from the machine's. */
function createClockFile(file: string, offsetMs: number) {
  const set = (ms: number): void => {
    writeFileSync(`${file}.new`, String(ms));
    renameSync(`${file}.new`, file);
  };
  set(offsetMs);
  return { file, set };
}

type Ports = Readonly<Record<'port' | 'databasePort' | 'spillPort', number>>;

function environment({ port, databasePort, spillPort }: Ports, clockFile: string): Record<string, string> {
  const preload = pathToFileURL(join(import.meta.dirname, 'clock-preload.js')).href;
  return {
    NODE_OPTIONS: `--import=${preload}`,
    TORTURE_CLOCK: clockFile,
    [ENV.port]: String(port),
    [ENV.host]: '127.0.0.1',
    [ENV.tableName]: TABLE_NAME,
    [ENV.spillBucket]: BUCKET,
    [ENV.region]: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${databasePort}`,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${spillPort}`,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    [ENV.metadataDisabled]: 'true',
  };
}
