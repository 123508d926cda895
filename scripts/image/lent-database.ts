import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { OperatorError } from '../cli/errors.ts';
import type { CommandLine } from '../cli/run.ts';
import type { Undo } from '../rehearsal/undo.ts';

const START_DEADLINE_MS = 15_000;

/** Where a lent database listens, and the one table it has. */
export interface LentDatabase {
  readonly host: string;
  readonly port: number;
  readonly table: string;
}

/**
 * Starts dynalite in a process of its own and waits until its table is there.
 *
 * @param inside puts the command line into a network namespace; the default is this machine's network
 */
export async function lendDatabase(
  { host, port, table }: LentDatabase,
  undo: Undo,
  inside: (line: CommandLine) => CommandLine = (line) => line,
): Promise<void> {
  const script = join(import.meta.dirname, 'lent-database-process.ts');
  const [program, ...args] = inside([process.execPath, script, host, String(port), table]);
  const database = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  undo.later('lent database', () => void database.kill('SIGKILL'));
  const ended = once(database, 'exit').then(([code]) => {
    throw new OperatorError(`the lent database on ${host}:${port} did not start (exit ${code}): is the port in use?`);
  });
  await Promise.race([once(database.stdout, 'data', { signal: AbortSignal.timeout(START_DEADLINE_MS) }), ended]);
  ended.catch(() => {
    // It is ended on purpose later; what needs it then fails by itself.
  });
}
