import { join } from 'node:path';
import { z } from 'zod';
import { ENV, PM2_DAEMON_ENV } from '../../../server/contract.ts';
import { captureQuietly } from '../../cli/run.ts';

const root = join(import.meta.dirname, '../../..');

const ListSchema = z.array(
  z.object({
    pid: z.number(),
    monit: z.object({ memory: z.number() }),
    pm2_env: z.object({ status: z.string() }),
  }),
);

/** A running worker. */
export interface Worker {
  readonly pid: number;
  readonly memoryBytes: number;
}

/** pm2 with a folder and an environment of its own, so that nothing of this terminal reaches the server. */
export function createPm2(home: string, workers: number, env: Readonly<Record<string, string>>) {
  const variables = {
    ...env,
    ...PM2_DAEMON_ENV,
    PATH: process.env['PATH'],
    HOME: home,
    PM2_HOME: join(home, 'pm2'),
    PM2_DISCRETE_MODE: 'true',
    [ENV.workers]: String(workers),
    [ENV.envFile]: join(home, 'none'),
    [ENV.metricsDir]: join(home, 'metrics'),
  };
  const onlyThese = ['-i', ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
  const pm2 = (...args: string[]) =>
    captureQuietly(['env', ...onlyThese, process.execPath, 'node_modules/pm2/bin/pm2', ...args], { cwd: root });
  return {
    start: () => pm2('start', 'ecosystem.config.js', '--silent'),
    reload: () => pm2('reload', 'stampede', '--silent'),
    kill: () => pm2('kill', '--silent'),
    async workers(): Promise<Worker[]> {
      const list = ListSchema.parse(JSON.parse(await pm2('jlist', '--silent')));
      const online = list.filter(({ pid, pm2_env }) => pid > 0 && pm2_env.status === 'online');
      return online.map(({ pid, monit }) => ({ pid, memoryBytes: monit.memory }));
    },
  };
}

export type Pm2 = ReturnType<typeof createPm2>;
