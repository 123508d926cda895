import { spawn } from 'node:child_process';
import { basename, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

/** What a finished entry file left. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How an entry file is started, apart from its arguments. */
export interface EntryOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default - the root of the repository */
  readonly cwd?: string;
}

/**
 * Starts an entry file as the process an operator would start, without this machine's AWS configuration, and waits
 * for its end. Colours are off and standard input is empty, as in CI.
 */
export async function runEntry(
  file: string,
  args: readonly string[] = [],
  { env, cwd }: EntryOptions = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [resolve(file), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      NO_COLOR: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      // The SDK tells AWS in each request which command makes it.
      AWS_SDK_UA_APP_ID: basename(file, '.ts'),
      HOME: '/nonexistent',
      ...env,
    },
    cwd,
    timeout: 60_000,
  });
  const closed = new Promise<number | null>((settle, reject) => {
    child.once('error', reject);
    child.once('close', settle);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}
