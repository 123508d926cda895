import { closeSync, openSync, readFileSync } from 'node:fs';
import { ExecaError, execa, type Options } from 'execa';
import { OperatorError } from './errors.ts';

/** A program and its arguments, as pure functions build them and tests read them. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** Variables added to this process's own, and the working directory. */
type RunOptions = Pick<Options, 'env' | 'cwd'>;

/** The command line in a form that can be pasted into a shell. */
export function commandText(line: CommandLine): string {
  return line.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

/** Prints a command line, then runs it on this terminal, unless `dryRun` is set. Rejects for another exit than 0. */
export async function run(line: CommandLine, options: RunOptions & { readonly dryRun?: boolean } = {}): Promise<void> {
  const { dryRun, ...rest } = options;
  console.error(`$ ${commandText(line)}`);
  if (!dryRun) await execute(line, { ...rest, stdio: 'inherit' });
}

/** Prints a command line, runs it and returns what it wrote to standard output; its errors show on this terminal. */
export async function capture(line: CommandLine, options: RunOptions = {}): Promise<string> {
  console.error(`$ ${commandText(line)}`);
  return execute(line, { ...options, stdin: 'inherit', stderr: 'inherit' });
}

/** Runs a command line without printing anything and returns its standard output; the error contains its messages. */
export async function captureQuietly(
  line: CommandLine,
  options: RunOptions & { readonly deadlineMs?: number } = {},
): Promise<string> {
  const { deadlineMs = 60_000, ...rest } = options;
  return execute(line, { ...rest, stdin: 'ignore', timeout: deadlineMs }, (error) => {
    if (error.timedOut) return `${commandText(line)} did not end within ${deadlineMs / 1_000} s`;
    return `${commandText(line)} failed: ${String(error.stderr).trim() || howItEnded(error)}`;
  });
}

interface NoiseOptions extends RunOptions {
  readonly deadlineMs?: number;
  /** Changes the output before its lines are compared. @default - nothing is changed */
  readonly tidy?: (output: string) => string;
}

/**
 * Prints a command line, runs it, and prints what it wrote once it has ended, without the lines of `noise`. If it fails
 * with one line, the error is that line; if with several, the error refers to them.
 */
export async function runWithoutNoise(
  line: CommandLine,
  noise: readonly RegExp[],
  options: NoiseOptions = {},
): Promise<void> {
  const { deadlineMs = 60_000, tidy = (output) => output, ...rest } = options;
  console.error(`$ ${commandText(line)}`);
  const isNews = (text: string) => text.trim() !== '' && !noise.some((pattern) => pattern.test(text));
  const newsOf = (output: unknown) =>
    tidy(String(output ?? ''))
      .split('\n')
      .filter(isNews);
  const read = { ...rest, all: true, stdin: 'ignore', timeout: deadlineMs } as const;
  const output = await execute(line, read, (error) => {
    if (error.timedOut) return `${commandText(line)} did not end within ${deadlineMs / 1_000} s`;
    const news = newsOf(error.all);
    if (news.length === 1) return news.join('');
    for (const text of news) console.error(text);
    return describeEnd(line, error);
  });
  for (const text of newsOf(output)) console.error(text);
}

/** Runs a long command with its output in a log file; a failure prints the last 60 lines of it. */
export async function runLogged(line: CommandLine, log: string): Promise<void> {
  console.error(`$ ${commandText(line)} >${log}`);
  const output = { file: log };
  await execute(line, { stdio: ['ignore', output, output] }, (error) => {
    console.error(readFileSync(log, 'utf8').trimEnd().split('\n').slice(-60).join('\n'));
    return `${line[0]} ${howItEnded(error)}; its whole output is in ${log}`;
  });
}

/** Starts a program in its own process group: Ctrl-C reaches this process alone, which stops its programs in order. */
export function startBackground(
  [program, ...args]: CommandLine,
  { log, ...options }: RunOptions & { readonly log: string },
) {
  // The program writes to the file itself, so that its last lines are not lost. execa's types know few descriptors.
  const file = openSync(log, 'w') as 3;
  const running = execa(program, args, { ...options, stdio: ['ignore', file, file], detached: true, reject: false });
  closeSync(file);
  const child = running.nodeChildProcess;
  /** Kills the program with everything that it started, and waits for its end. */
  const stop = async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, 'SIGKILL');
    }
    await running;
  };
  return { child, stop };
}

/** Runs a program. `cleanup` is off: packer and cdk clean up after Ctrl-C, which a second signal would stop. */
async function execute(
  line: CommandLine,
  options: Options,
  explain = (error: ExecaError) => describeEnd(line, error),
): Promise<string> {
  const [program, ...args] = line;
  try {
    const { stdout, all } = await execa(program, args, { stripFinalNewline: false, cleanup: false, ...options });
    const output = all ?? stdout;
    return typeof output === 'string' ? output : '';
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const missing = `${program} cannot be started (${error.originalMessage}): is it installed?`;
    const isStarted = error.timedOut || error.exitCode !== undefined || error.signal !== undefined;
    throw new OperatorError(isStarted ? explain(error) : missing, { cause: error });
  }
}

function describeEnd(line: CommandLine, error: ExecaError): string {
  return `${line[0]} ${howItEnded(error)}; its own message is above. Command: ${commandText(line)}`;
}

function howItEnded({ exitCode, signal }: ExecaError): string {
  return signal ? `was ended by ${signal}` : `exited with ${exitCode}`;
}
