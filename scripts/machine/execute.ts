import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { OperatorError } from '../cli/errors.ts';
import { type CommandLine, commandText } from '../cli/run.ts';

const execute = promisify(execFile);

/** How one of the many small system commands of a rehearsal is run. */
export interface ExecuteOptions {
  /** @default 60000 */
  readonly deadlineMs?: number;
}

/** Runs a command quietly and returns what it printed. A failure tells the command line and its complaint. */
export async function executeQuietly([program, ...args]: CommandLine, options: ExecuteOptions = {}): Promise<string> {
  const { deadlineMs = 60_000 } = options;
  try {
    const { stdout } = await execute(program, args, { timeout: deadlineMs, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stderr, killed } = error as { stderr?: string; killed?: boolean };
    const why = killed ? `did not end within ${deadlineMs / 1_000} s` : `failed: ${stderr?.trim() || error}`;
    throw new OperatorError(`${commandText([program, ...args])} ${why}`, { cause: error });
  }
}

const SHOWN_LINES = 60;

/** Runs a long command with its output in a log file; a failure shows the end of it. */
export async function executeLogged([program, ...args]: CommandLine, log: string): Promise<void> {
  console.error(`$ ${commandText([program, ...args])} >${log}`);
  const file = openSync(log, 'w');
  const [code] = await once(spawn(program, args, { stdio: ['ignore', file, file] }), 'close');
  if (code === 0) return;
  const end = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-SHOWN_LINES);
  console.error(end.join('\n'));
  throw new OperatorError(`${program} exited with ${code}; all it said is in ${log}`);
}
