import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENV, HEALTH_PATH, TIMESTAMPS_PATH } from '../../server/contract.ts';
import { captureQuietly } from '../cli/run.ts';
import { waitQuietly } from '../cli/wait.ts';
import { BenchProcess, freePort } from './process.ts';
import { SERVERS, type ServerName, type ServerUnderTest, serverEnvironment } from './servers.ts';

const root = join(import.meta.dirname, '../..');

const HEALTH_DEADLINE_MS = 30_000;

/** The pause after a refused connection: the resolution of a measured start-up. */
const HEALTH_PAUSE_MS = 1;

/** A server that answers. */
export interface RunningServer {
  readonly name: ServerName;
  /** Where timestamps are posted. */
  readonly path: string;
  readonly port: number;
  /** All processes that do its work. */
  readonly pids: readonly number[];
  /** From exec to the first 200 of its health check. */
  readonly startUpMs: number;
  readonly stop: () => Promise<void>;
}

/** Starts a server, as one process or under pm2, and waits for its first 200. */
export async function startServer(name: ServerName, endpoint: string): Promise<RunningServer> {
  const server: ServerUnderTest = SERVERS[name];
  const { path = TIMESTAMPS_PATH, workers } = server;
  const port = await freePort();
  const env = { ...serverEnvironment(port, endpoint), ...server.env };
  const startMs = performance.now();
  const { ready, stop } = workers ? startUnderPm2(workers, port, env) : startProcess(server, port, env);
  try {
    const pids = await ready();
    return { name, path, port, pids, startUpMs: performance.now() - startMs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Starting {
  /** Waits until the server is healthy, and returns the ids of its processes. */
  readonly ready: () => Promise<number[]>;
  readonly stop: () => Promise<void>;
}

function startProcess({ args }: ServerUnderTest, port: number, env: Record<string, string>): Starting {
  const server = new BenchProcess({ role: 'server', line: [process.execPath, ...args], env });
  const ready = async () => {
    await untilHealthy(port, () => server.requireRunning());
    return [server.pid];
  };
  return { ready, stop: () => server.stop() };
}

/** Starts Stampede as production does: by pm2 with `ecosystem.config.js`. Not bound to cores. */
function startUnderPm2(workers: number, port: number, env: Record<string, string>): Starting {
  const home = mkdtempSync(join(tmpdir(), 'stampede-bench-pm2-'));
  const variables = {
    ...env,
    PATH: process.env['PATH'],
    PM2_HOME: home,
    [ENV.workers]: String(workers),
    [ENV.envFile]: join(home, 'none'),
  };
  const onlyThese = ['-i', ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
  const pm2 = (...args: string[]) =>
    captureQuietly(['env', ...onlyThese, process.execPath, 'node_modules/pm2/bin/pm2', ...args], { cwd: root });
  const ready = async () => {
    await pm2('start', 'ecosystem.config.js', '--silent');
    await untilHealthy(port);
    const apps = JSON.parse(await pm2('jlist', '--silent')) as { pid: number }[];
    return [Number(readFileSync(join(home, 'pm2.pid'), 'utf8')), ...apps.map(({ pid }) => pid)];
  };
  const stop = async () => {
    await pm2('kill');
    rmSync(home, { recursive: true });
  };
  return { ready, stop };
}

/** Asks a server for its health until the first 200; `check` may throw to end the wait. */
function untilHealthy(port: number, check = () => {}): Promise<void> {
  const isHealthy = async () => {
    check();
    const answer = await fetch(`http://127.0.0.1:${port}${HEALTH_PATH}`).catch(() => undefined);
    await answer?.bytes();
    return answer?.status === 200;
  };
  return waitQuietly(`a 200 from port ${port}`, isHealthy, HEALTH_DEADLINE_MS, HEALTH_PAUSE_MS);
}
