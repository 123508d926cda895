import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

/**
 * How long an idle connection stays open for a request that its client may have sent already. Each answer given
 * meanwhile says `Connection: close`, so that a busy load balancer is rid of its connections in the cleanest way.
 */
const IDLE_GRACE_MS = 1_000;

/**
 * Stops accepting connections and resolves when those that are open have ended: after the answer to what is in flight,
 * or when they stayed idle for {@link IDLE_GRACE_MS}. Not `server.close()` of `node:http`, which cuts idle connections at once and
 * with them the requests that are on their way.
 */
export const drainConnections = async (server: Server): Promise<void> => {
  const closed = once(server, 'close');
  NetServer.prototype.close.call(server);
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_GRACE_MS);
  await closed;
  clearInterval(idle);
};
