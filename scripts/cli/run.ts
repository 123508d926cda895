import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { OperatorError } from './errors.ts';

/** A program and its arguments, as pure functions build them and tests read them. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** How a command line is run. */
export interface RunOptions {
  /** Variables added to this process's own. @default - none */
  readonly env?: Readonly<Record<string, string>>;
  /** @default - this process's working directory */
  readonly cwd?: string;
  /** Print the command line and do nothing. @default false */
  readonly dryRun?: boolean;
}

/** The command line as one could paste it into a shell. */
export function commandText(line: CommandLine): string {
  return line.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

/** Prints a command line, then runs it on this terminal. Rejects when it cannot start or exits other than 0. */
export async function run(line: CommandLine, options: RunOptions = {}): Promise<void> {
  console.error(`$ ${commandText(line)}`);
  if (options.dryRun) return;
  checkExit(line, await exitOf(start(line, options, 'inherit')));
}

/** Prints a command line, runs it and returns what it wrote to standard output; its errors show on this terminal. */
export async function capture(line: CommandLine, options: Omit<RunOptions, 'dryRun'> = {}): Promise<string> {
  console.error(`$ ${commandText(line)}`);
  const child = start(line, options, 'pipe');
  const [output, exit] = await Promise.all([child.stdout ? text(child.stdout) : '', exitOf(child)]);
  checkExit(line, exit);
  return output;
}

function start([program, ...args]: CommandLine, { env, cwd }: RunOptions, stdout: 'inherit' | 'pipe') {
  return spawn(program, args, {
    stdio: ['inherit', stdout, 'inherit'],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
}

type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

function exitOf(child: ReturnType<typeof start>): Promise<Exit> {
  const { promise, resolve, reject } = Promise.withResolvers<Exit>();
  child.once('error', (cause) => {
    reject(new OperatorError(`${child.spawnfile} cannot be started (${cause.message}): is it installed?`, { cause }));
  });
  child.once('close', (code, signal) => resolve({ code, signal }));
  return promise;
}

function checkExit(line: CommandLine, { code, signal }: Exit): void {
  if (code === 0) return;
  const how = signal ? `was ended by ${signal}` : `exited with ${code}`;
  throw new OperatorError(`${line[0]} ${how}; its own message stands above. Command: ${commandText(line)}`);
}
