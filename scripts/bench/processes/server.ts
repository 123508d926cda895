import { type ServerUnderTest, serverEnvironment } from '../servers.ts';
import { Child } from './child.ts';
import { freePort } from './free-port.ts';
import { untilHealthy } from './until-healthy.ts';

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

/** Starts a server as one process and waits for its first 200. */
export async function startServer(server: ServerUnderTest, endpoint: string): Promise<RunningServer> {
  const port = await freePort();
  const startMs = performance.now();
  const child = new Child({
    role: 'server',
    line: [process.execPath, ...server.args],
    env: { ...serverEnvironment(port, endpoint), ...server.env },
  });
  try {
    await untilHealthy(port, () => child.requireRunning());
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { server, port, pids: [child.pid], startUpMs: performance.now() - startMs, stop: () => child.stop() };
}
