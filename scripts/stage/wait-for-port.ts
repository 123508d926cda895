import { connect } from 'node:net';
import { type WaitOptions, waitUntil } from '../cli/wait.ts';

/** Waits until something listens on a TCP port. */
export async function waitForPort(host: string, port: number, options: WaitOptions): Promise<void> {
  const look = async (seen: (state: string) => void) => {
    const failure = await connectFailure(host, port);
    if (failure) seen(failure);
    return failure ? undefined : true;
  };
  await waitUntil(`port ${port} of ${host}`, look, options);
}

/** Why a connection cannot be made, or undefined when it can. */
function connectFailure(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3_000 });
    const end = (failure?: string) => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end('no answer'));
    socket.once('error', ({ message }) => end(message));
  });
}
