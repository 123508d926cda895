import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENV } from '../../../server/contract.ts';
import { STAMPEDE, serverEnvironment } from '../servers.ts';
import { freePort } from './free-port.ts';
import type { RunningServer } from './server.ts';
import { untilHealthy } from './until-healthy.ts';

const root = join(import.meta.dirname, '../../..');

const PM2_DEADLINE_MS = 60_000;

/** Starts Stampede as production does: pm2, `ecosystem.config.js`, so many workers. Not bound to cores. */
export async function startUnderPm2(workers: number, endpoint: string): Promise<RunningServer> {
  const home = mkdtempSync(join(tmpdir(), 'stampede-bench-pm2-'));
  const port = await freePort();
  const env = {
    ...serverEnvironment(port, endpoint),
    PATH: process.env['PATH'],
    PM2_HOME: home,
    [ENV.workers]: String(workers),
    [ENV.envFile]: join(home, 'none'),
  };
  const pm2 = (...args: string[]): string =>
    execFileSync(process.execPath, [join(root, 'node_modules/pm2/bin/pm2'), ...args], {
      cwd: root,
      env,
      encoding: 'utf8',
      timeout: PM2_DEADLINE_MS,
    });
  const stop = async (): Promise<void> => {
    pm2('kill');
    rmSync(home, { recursive: true });
  };
  const startMs = performance.now();
  try {
    pm2('start', 'ecosystem.config.js', '--silent');
    await untilHealthy(port, () => {});
    const apps = JSON.parse(pm2('jlist', '--silent')) as { pid: number }[];
    const daemon = Number(readFileSync(join(home, 'pm2.pid'), 'utf8'));
    const pids = [daemon, ...apps.map(({ pid }) => pid)];
    return { server: STAMPEDE, port, pids, startUpMs: performance.now() - startMs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
