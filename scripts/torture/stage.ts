import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ENV, HEALTH_PATH } from '../../server/contract.ts';
import { freePort } from '../bench/process.ts';
import { run } from '../cli/run.ts';
import type { Undo } from '../cli/undo.ts';
import { waitQuietly } from '../cli/wait.ts';
import { startChild } from './children.ts';
import { type DatabaseName, startDatabase, TABLE_NAME } from './database.ts';
import type { ProxyFault } from './faults.ts';
import { createPm2 } from './pm2.ts';

const WORKERS = 2;
const START_DEADLINE_MS = 30_000;

const root = join(import.meta.dirname, '../..');
const fileOf = (path: string) => join(root, path);

/** What a run tortures. */
export type Stage = Awaited<ReturnType<typeof startStage>>;

interface StageOptions {
  readonly folder: string;
  readonly database: DatabaseName;
  readonly clockOffsetMs: number;
}

/** Starts the database, the proxy before it, and the production bundle under pm2. */
export async function startStage(undo: Undo, options: StageOptions) {
  const { folder, clockOffsetMs } = options;
  await run([process.execPath, 'scripts/build.ts'], { cwd: root });
  const database = await startDatabase(undo, options.database, join(folder, 'database'));
  const port = await freePort();
  const proxyPort = await freePort();
  const proxyArgs = [String(proxyPort), String(database.port), String(clockOffsetMs)];
  const proxy = await startChild(fileOf('scripts/torture/proxy-process.ts'), proxyArgs);
  undo.later('the proxy', proxy.kill);
  const clock = createClockFile(join(folder, 'clock'), clockOffsetMs);
  const pm2 = createPm2(folder, WORKERS, environment(port, proxyPort, clock.file));
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
    /** Starts a fault of the connection to the database, or ends it. */
    causeProxyFault(fault: ProxyFault | undefined, share = 0, seed = 0): void {
      proxy.send({ fault, share, seed });
    },
    /** Resolves when no request is on its way to the database. */
    async settled(): Promise<void> {
      const settled = proxy.nextMessage();
      proxy.send({ settle: true });
      await settled;
    },
  };
}

/** The file from which the workers read how far their clock is off. */
function createClockFile(file: string, offsetMs: number) {
  const set = (ms: number): void => {
    writeFileSync(`${file}.new`, String(ms));
    renameSync(`${file}.new`, file);
  };
  set(offsetMs);
  return { file, set };
}

function environment(port: number, databasePort: number, clockFile: string): Record<string, string> {
  const preload = pathToFileURL(join(import.meta.dirname, 'clock-preload.js')).href;
  return {
    NODE_OPTIONS: `--import=${preload}`,
    TORTURE_CLOCK: clockFile,
    [ENV.port]: String(port),
    [ENV.host]: '127.0.0.1',
    [ENV.tableName]: TABLE_NAME,
    [ENV.region]: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${databasePort}`,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    [ENV.metadataDisabled]: 'true',
  };
}
