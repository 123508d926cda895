import { OperatorError } from '../../cli/errors.ts';
import { BACKENDS, type Backend } from '../backends/backend.ts';
import { type RunningServer, startServer } from '../processes/server.ts';
import type { ServerUnderTest } from '../servers.ts';
import type { Bench } from './plan.ts';
import { USUAL_CONNECTIONS } from './plan.ts';
import { measureWindow } from './window.ts';

/** Runs `use` with a backend, and stops it in any case. */
export async function withBackend<T>(name: string, use: (backend: Backend) => Promise<T>): Promise<T> {
  const entry = BACKENDS[name];
  if (!entry) throw new OperatorError(`no backend '${name}': expected ${Object.keys(BACKENDS).join(', ')}`);
  const backend = await entry.start();
  try {
    return await use(backend);
  } finally {
    await backend.stop();
  }
}

/** Runs `use` with servers that have been heated by load, and stops them in any case. */
export async function withServers<T>(
  { plan, generator }: Bench,
  servers: readonly ServerUnderTest[],
  backend: Backend,
  use: (running: readonly RunningServer[]) => Promise<T>,
): Promise<T> {
  const running: RunningServer[] = [];
  try {
    for (const server of servers) running.push(await startServer(server, backend.endpoint));
    // One connection as well: group commit makes few calls of the database under load, so V8 would meet them cold.
    for (const each of running)
      for (const connections of [1, USUAL_CONNECTIONS])
        await measureWindow(each, backend, generator, { connections, warmUpMs: 0, windowMs: plan.heatMs });
    return await use(running);
  } finally {
    await Promise.all(running.map((each) => each.stop()));
  }
}
