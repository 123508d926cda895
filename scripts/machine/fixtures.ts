import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { OperatorError } from '../cli/errors.ts';
import type { CommandLine } from '../cli/run.ts';
import type { Undo } from '../cli/undo.ts';

/** Where a fixture listens. */
type Address = { readonly host: string; readonly port: number };

/** Changes a command line so that it runs elsewhere, such as in a network namespace. */
type Inside = (line: CommandLine) => CommandLine;

const START_DEADLINE_MS = 15_000;

/**
 * Starts the embedded database in memory, in place of DynamoDB, and waits until its one table exists. A restore takes
 * `restoreMs`. @default - none
 */
export async function startTestDatabase(
  at: Address & { readonly table: string; readonly restoreMs?: number },
  undo: Undo,
  inside?: Inside,
) {
  const program = '../../server/dynamodb/embedded-database-process.ts';
  const { port, table, host, restoreMs = 0 } = at;
  await startFixture([program, '', String(port), table, host, String(restoreMs)], undo, inside);
}

/** Starts the replacement of Secrets Manager; `files` has the file with the value of each secret, by its ARN. */
export async function startSecretsManager(
  { host, port, files }: Address & { readonly files: Readonly<Record<string, string>> },
  undo: Undo,
  inside?: Inside,
) {
  const secrets = Object.entries(files).flat();
  await startFixture(['secrets-manager-process.ts', host, String(port), ...secrets], undo, inside);
}

/** Starts an S3 server in memory, with one empty bucket. */
export async function startS3(at: Address & { readonly bucket: string }, undo: Undo, inside?: Inside) {
  await startFixture(['s3-server-process.ts', at.host, String(at.port), at.bucket], undo, inside);
}

/**
 * Starts the endpoints that a launching instance calls; returns the lifecycle actions it receives, as lines of JSON.
 * `strict` instances have to repeat their call three times, later ones once. @default - all are strict
 */
export function startLifecycleHookEndpoint(at: Address & { strict?: number }, undo: Undo, inside?: Inside) {
  const strict = at.strict === undefined ? [] : [String(at.strict)];
  return startFixture(['lifecycle-hook-process.ts', at.host, String(at.port), ...strict], undo, inside);
}

/** Starts a replica of a global table; returns what it prints, and how to send it a write of another region. */
export async function startReplica(
  at: Address & { readonly table: string; readonly region: string },
  undo: Undo,
  inside?: Inside,
) {
  const program = '../../server/dynamodb/embedded/replica-process.ts';
  const { child, lines } = await spawnFixture([program, at.host, String(at.port), at.table, at.region], undo, inside);
  return { lines, send: (line: string): void => void child.stdin?.write(`${line}\n`) };
}

/** Starts a script of this folder as a process, which may be in another network; returns its output after "ready". */
async function startFixture(line: CommandLine, undo: Undo, inside?: Inside) {
  return (await spawnFixture(line, undo, inside)).lines;
}

async function spawnFixture([script, ...args]: CommandLine, undo: Undo, inside: Inside = (line) => line) {
  const [program, ...words] = inside([process.execPath, join(import.meta.dirname, script), ...args]);
  const child = execa(program, words, { stdio: ['pipe', 'pipe', 'inherit'], detached: true, reject: false });
  undo.later(script, () => void child.kill('SIGKILL'));
  const lines = child[Symbol.asyncIterator]();
  if ((await nextLine(lines, START_DEADLINE_MS)) === 'ready') return { child, lines };
  throw new OperatorError(`${script} did not start on ${args.join(' ')}: is the port in use?`);
}

/** The next line of a fixture's output; undefined when there is none within the deadline. */
export async function nextLine(lines: AsyncIterator<string>, deadlineMs: number): Promise<string | undefined> {
  const timeout = once(AbortSignal.timeout(deadlineMs), 'abort').then(() => ({ value: undefined }));
  return (await Promise.race([lines.next(), timeout])).value;
}
