import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { HEALTH_PATH } from '../../../server/contract.ts';
import { OperatorError } from '../../cli/errors.ts';

const DEADLINE_MS = 30_000;

/** How long to wait after a refused connection: the resolution of a measured start-up. */
const PAUSE_MS = 1;

const ask = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    get({ port, host: '127.0.0.1', path: HEALTH_PATH, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', () => resolve(undefined));
  });

/** Asks a server for its health until the first 200; `check` may throw to end the wait. */
export async function untilHealthy(port: number, check: () => void): Promise<void> {
  const endMs = performance.now() + DEADLINE_MS;
  while ((await ask(port)) !== 200) {
    check();
    if (performance.now() > endMs)
      throw new OperatorError(`no 200 from port ${port} within ${DEADLINE_MS / 1000} s of its start`);
    await sleep(PAUSE_MS);
  }
}
