import { once } from 'node:events';
import { execa } from 'execa';

const MESSAGE_DEADLINE_MS = 30_000;

/** A Node.js process with a channel for messages. It ends when the channel closes, or when it is killed. */
export async function startChild(file: string, args: readonly string[]) {
  const running = execa(process.execPath, [file, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    ipc: true,
    reject: false,
    buffer: false,
    // Ctrl-C reaches the whole terminal; this run stops its processes in order.
    detached: true,
    forceKillAfterDelay: false,
  });
  const child = running.nodeChildProcess;
  const nextMessage = async (): Promise<void> => {
    await once(child, 'message', { signal: AbortSignal.timeout(MESSAGE_DEADLINE_MS) });
  };
  await nextMessage();
  return {
    nextMessage,
    send: (message: object) => child.send(message),
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    /** Kills it, and waits for its end. */
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await running;
    },
  };
}

export type Child = Awaited<ReturnType<typeof startChild>>;
