import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { basename, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from './command-process.ts';

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

const DEADLINE_MS = 60_000;

function environmentOf(file: string, env: EntryOptions['env']) {
  return {
    PATH: process.env['PATH'],
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    NO_COLOR: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    // The SDK tells AWS in each request which command makes it.
    AWS_SDK_UA_APP_ID: basename(file, '.ts'),
    HOME: '/nonexistent',
    ...env,
  };
}

/**
 * Starts an entry file as the process an operator would start, without this machine's AWS configuration, and waits
 * for its end. Colours are off and standard input is empty, as in CI.
 */
export async function runProcess(
  file: string,
  args: readonly string[] = [],
  { env, cwd }: EntryOptions = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [resolve(file), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environmentOf(file, env),
    cwd,
    timeout: DEADLINE_MS,
  });
  const closed = new Promise<number | null>((settle, reject) => {
    child.once('error', reject);
    child.once('close', settle);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}

/** Processes that wait for the next command of this test file. */
const waiting: ChildProcess[] = [];

/**
 * Runs an entry file like `runProcess`, but in a process that has run others before (command-process.ts), because
 * loading the SDK takes longer than most commands.
 */
export async function runEntry(
  file: string,
  args: readonly string[] = [],
  { env, cwd = process.cwd() }: EntryOptions = {},
): Promise<Finished> {
  const child = waiting.pop() ?? startCommandProcess(cwd);
  const end = `<end of ${randomUUID()}>`;
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const output = Promise.all([readTo(end, child.stdout), readTo(end, child.stderr)]);
  const listening = new AbortController();
  const ended = Promise.race([
    once(child, 'message', listening).then(([message]) => (message as { code: number }).code),
    once(child, 'close', listening).then(([code]) => code as number | null),
  ]);
  const command: Command = { file: resolve(file), args, env: environmentOf(file, env), cwd, end };
  child.send(command);
  const [[stdout, stderr], code] = await Promise.all([output, ended]);
  listening.abort();
  clearTimeout(timer);
  if (child.connected) waiting.push(child);
  return { code, stdout, stderr };
}

/** It ends with this process, and does not keep it alive. */
function startCommandProcess(cwd: string): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'command-process.ts')], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: environmentOf('command-process.ts', {}),
    cwd,
  });
  child.unref();
  child.channel?.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as Socket).unref();
  return child;
}

/** What the stream has until this text or its end. */
function readTo(end: string, stream: ChildProcess['stdout']): Promise<string> {
  const { promise, resolve: settle } = Promise.withResolvers<string>();
  let read = '';
  const onData = (chunk: string) => {
    read += chunk;
    if (read.endsWith(end)) finish(read.slice(0, -end.length));
  };
  const onEnd = () => finish(read);
  const finish = (output: string) => {
    stream?.off('data', onData).off('end', onEnd);
    settle(output);
  };
  stream?.setEncoding('utf8').on('data', onData).on('end', onEnd);
  return promise;
}
