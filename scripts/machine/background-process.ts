import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { OperatorError } from '../cli/errors.ts';
import type { CommandLine } from '../cli/run.ts';
import type { Undo } from '../cli/undo.ts';

/** Puts a command line somewhere else, into a network namespace. */
export type Inside = (line: CommandLine) => CommandLine;

/** A stand-in for a service of AWS, in a process of its own so that it can be in another network than its user. */
export interface LentProcess {
  /** Script beside this file; its first line of output says that it is ready. */
  readonly script: string;
  readonly host: string;
  readonly port: number;
  /** Further arguments. @default - none */
  readonly args?: readonly string[];
}

const START_DEADLINE_MS = 15_000;

/** Starts the stand-in and waits until it is ready; returns the lines that it prints from then on. */
export async function lend(
  { script, host, port, args = [] }: LentProcess,
  undo: Undo,
  inside: Inside = (line) => line,
): Promise<AsyncIterator<string>> {
  const path = join(import.meta.dirname, script);
  const [program, ...words] = inside([process.execPath, path, host, String(port), ...args]);
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  undo.later(script, () => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const late = once(AbortSignal.timeout(START_DEADLINE_MS), 'abort').then(() => ({ done: true }));
  const first = await Promise.race([lines.next(), late]);
  if (first.done) throw new OperatorError(`${script} on ${host}:${port} did not get ready: is the port in use?`);
  return lines;
}
