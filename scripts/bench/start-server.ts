import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENV, HEALTH_PATH } from '../../server/contract.ts';
import { captureQuietly } from '../cli/run.ts';
import { waitQuietly } from '../cli/wait.ts';
import { BenchProcess, freePort } from './process.ts';
import { type ServerUnderTest, serverEnvironment } from './servers.ts';

const root = join(import.meta.dirname, '../..');

const HEALTH_DEADLINE_MS = 30_000;

/** The pause after a refused connection: the resolution of a measured start-up. */
const HEALTH_PAUSE_MS = 1;

/** A server that answers. */
export interface RunningServer {
  readonly server: ServerUnderTest;
  readonly port: number;
  /** All processes that do its work. */
  readonly pids: readonly number[];
  /** From exec to the first 200 of its health check. */
  readonly startUpMs: number;
  readonly stop: () => Promise<void>;
}

/** Starts a server, as one process or under pm2, and waits for its first 200. */
export async function startServer(server: ServerUnderTest, endpoint: string): Promise<RunningServer> {
  const port = await freePort();
  const env = { ...serverEnvironment(port, endpoint), ...server.env };
  const startMs = performance.now();
  const { pids, stop } = server.workers
    ? await startUnderPm2(server.workers, port, env)
    : await startProcess(server, port, env);
  return { server, port, pids, startUpMs: performance.now() - startMs, stop };
}

type Started = Pick<RunningServer, 'pids' | 'stop'>;

async function startProcess({ args }: ServerUnderTest, port: number, env: Record<string, string>): Promise<Started> {
  const server = new BenchProcess({ role: 'server', line: [process.execPath, ...args], env });
  const stop = () => server.stop();
  await untilHealthy(port, stop, () => server.requireRunning());
  return { pids: [server.pid], stop };
}

/** Starts Stampede as production does: by pm2 with `ecosystem.config.js`. Not bound to cores. */
async function startUnderPm2(workers: number, port: number, env: Record<string, string>): Promise<Started> {
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
  const stop = async (): Promise<void> => {
    await pm2('kill');
    rmSync(home, { recursive: true });
  };
  await pm2('start', 'ecosystem.config.js', '--silent');
  await untilHealthy(port, stop);
  const apps = JSON.parse(await pm2('jlist', '--silent')) as { pid: number }[];
  const daemon = Number(readFileSync(join(home, 'pm2.pid'), 'utf8'));
  return { pids: [daemon, ...apps.map(({ pid }) => pid)], stop };
}

/** Asks a server for its health until the first 200; `check` may throw to end the wait. A failure stops the server. */
async function untilHealthy(port: number, stop: () => Promise<void>, check = () => {}): Promise<void> {
  const isHealthy = async () => {
    check();
    const answer = await fetch(`http://127.0.0.1:${port}${HEALTH_PATH}`).catch(() => undefined);
    await answer?.bytes();
    return answer?.status === 200;
  };
  try {
    await waitQuietly(`a 200 from port ${port}`, isHealthy, HEALTH_DEADLINE_MS, HEALTH_PAUSE_MS);
  } catch (error) {
    await stop();
    throw error;
  }
}
