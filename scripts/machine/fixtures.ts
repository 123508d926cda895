import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { OperatorError } from '../cli/errors.ts';
import type { CommandLine } from '../cli/run.ts';
import type { Undo } from '../cli/undo.ts';

/** Where a fixture listens. */
interface Address {
  readonly host: string;
  readonly port: number;
}

/** Changes a command line so that it runs elsewhere, such as in a network namespace. */
type Inside = (line: CommandLine) => CommandLine;

/** Starts dynalite in place of DynamoDB and waits until its one table exists. */
export async function startTestDatabase(
  { host, port, table }: Address & { readonly table: string },
  undo: Undo,
  inside?: Inside,
): Promise<void> {
  await startFixture('test-database-process.ts', [host, String(port), table], undo, inside);
}

/** Starts the endpoints that a launching instance calls; returns the lifecycle actions it receives, as lines of JSON. */
export function startLifecycleHookEndpoint(
  { host, port }: Address,
  undo: Undo,
  inside?: Inside,
): Promise<AsyncIterator<string>> {
  return startFixture('lifecycle-hook-process.ts', [host, String(port)], undo, inside);
}

const START_DEADLINE_MS = 15_000;

/**
 * Starts a script of this folder as a process of its own, so that it can be in another network than its client.
 * Its first line of output says that it is ready; returns the lines after that.
 */
async function startFixture(script: string, args: readonly string[], undo: Undo, inside: Inside = (line) => line) {
  const [program, ...words] = inside([process.execPath, join(import.meta.dirname, script), ...args]);
  const child = execa(program, words, { stdio: ['ignore', 'pipe', 'inherit'], detached: true, reject: false });
  undo.later(script, () => void child.kill('SIGKILL'));
  const lines = child[Symbol.asyncIterator]();
  const timeout = once(AbortSignal.timeout(START_DEADLINE_MS), 'abort').then(() => ({ done: true }));
  const first = await Promise.race([lines.next(), timeout]);
  if (first.done) throw new OperatorError(`${script} did not start on ${args.join(' ')}: is the port in use?`);
  return lines;
}
