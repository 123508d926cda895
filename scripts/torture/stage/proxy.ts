import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { freePort } from '../../bench/process.ts';
import type { Undo } from '../../cli/undo.ts';
import type { ProxyFault } from '../faults.ts';
import type { ProxyMessage } from './proxy-process.ts';

const PROGRAM = join(import.meta.dirname, 'proxy-process.ts');
const MESSAGE_DEADLINE_MS = 60_000;

interface ProxyOptions {
  /** What it is in front of, for messages about the cleanup. */
  readonly of: string;
  readonly targetPort: number;
  /** How far the clock of AWS differs from the machine's. */
  readonly clockOffsetMs: number;
  /** How long the database may need to commit a transaction that it has answered already. @default - it commits first */
  readonly commitLagMs?: number;
}

/** A proxy that causes faults of the connections through it. */
export type Proxy = Awaited<ReturnType<typeof startProxy>>;

/** Starts a proxy as a process, so that its work does not delay the clients. */
export async function startProxy(undo: Undo, { of, targetPort, clockOffsetMs, commitLagMs = 0 }: ProxyOptions) {
  const port = await freePort();
  const line = [PROGRAM, port, targetPort, clockOffsetMs, commitLagMs].map(String);
  const running = execa(process.execPath, line, {
    stdio: ['ignore', 'ignore', 'inherit'],
    ipc: true,
    reject: false,
    buffer: false,
    // Ctrl-C reaches the whole terminal; this run stops its processes in order.
    detached: true,
  });
  undo.later(`the proxy of ${of}`, async () => {
    running.kill('SIGKILL');
    await running;
  });
  const child = running.nodeChildProcess;
  const nextMessage = () => once(child, 'message', { signal: AbortSignal.timeout(MESSAGE_DEADLINE_MS) });
  const send = (message: ProxyMessage) => child.send(message);
  await nextMessage();
  return {
    port,
    /** Starts a fault with a share of the requests, or ends it. */
    cause(fault: ProxyFault | undefined, share = 1, seed = 0): void {
      send({ fault, share, seed });
    },
    /** Resolves when no request is on its way through it. */
    async settled(): Promise<void> {
      const settled = nextMessage();
      send({ settle: true });
      await settled;
    },
  };
}
