import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { OperatorError } from '../cli/errors.ts';
import type { CommandLine } from '../cli/run.ts';
import type { Undo } from '../cli/undo.ts';

/** Changes a command line so that it runs elsewhere, such as in a network namespace. */
export type Inside = (line: CommandLine) => CommandLine;

/** Where a fixture listens. */
export interface FixtureOptions {
  readonly host: string;
  readonly port: number;
}

/** Starts dynalite in place of DynamoDB and waits until its one table exists. */
export async function startTestDatabase(
  { host, port, table }: FixtureOptions & { readonly table: string },
  undo: Undo,
  inside?: Inside,
): Promise<void> {
  await startFixture('test-database-process.ts', { host, port }, [table], undo, inside);
}

/** Starts the endpoints that a launching instance calls; returns the lifecycle actions it receives, as lines of JSON. */
export async function startLifecycleHookEndpoint(
  options: FixtureOptions,
  undo: Undo,
  inside?: Inside,
): Promise<AsyncIterator<string>> {
  return await startFixture('lifecycle-hook-process.ts', options, [], undo, inside);
}

const START_DEADLINE_MS = 15_000;

/**
 * Starts a script of this folder as a process of its own, so that it can be in another network than its client.
 * Its first line of output says that it is ready; returns the lines after that.
 */
async function startFixture(
  script: string,
  { host, port }: FixtureOptions,
  moreArgs: readonly string[],
  undo: Undo,
  inside: Inside = (line) => line,
): Promise<AsyncIterator<string>> {
  const path = join(import.meta.dirname, script);
  const [program, ...args] = inside([process.execPath, path, host, String(port), ...moreArgs]);
  const child = execa(program, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true, reject: false });
  undo.later(script, () => void child.kill('SIGKILL'));
  const lines = child[Symbol.asyncIterator]();
  const timeout = once(AbortSignal.timeout(START_DEADLINE_MS), 'abort').then(() => ({ done: true }));
  const first = await Promise.race([lines.next(), timeout]);
  if (first.done) throw new OperatorError(`${script} on ${host}:${port} did not start: is the port in use?`);
  return lines;
}
