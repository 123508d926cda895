/**
 * Runs entry files one after the other, as if each had a process of its own. A command starts with its own arguments,
 * variables and folder. It ends when a process of its own would end: when nothing keeps the event loop alive. Modules
 * below the entry file are loaded once.
 */
import { pathToFileURL } from 'node:url';

/** What the parent process sends. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Follows the last output of the command on standard output and on standard error. */
  readonly end: string;
}

/** Events whose listeners a command may leave behind. The end of its process would have removed them. */
const LEFT_BEHIND = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection', 'exit'] as const;
/** The exit code of Node.js if nothing can resolve a top-level await. */
const UNSETTLED = 13;

let running: { readonly end: string; isSettled: boolean } | undefined;
let started = 0;

process.on('message', async ({ file, args, env, cwd, end }: Command) => {
  const command = { end, isSettled: false };
  running = command;
  // The channel alone does not keep the process alive while a command runs.
  process.channel?.unref();
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value;
  process.chdir(cwd);
  process.argv = [process.execPath, file, ...args];
  process.exitCode = undefined;
  started++;
  await import(`${pathToFileURL(file).href}?run=${started}`);
  command.isSettled = true;
});

process.on('beforeExit', () => {
  if (!running) return;
  const { end, isSettled } = running;
  running = undefined;
  const code = isSettled ? (process.exitCode ?? 0) : UNSETTLED;
  for (const listener of process.listeners('exit')) listener(Number(code));
  for (const event of LEFT_BEHIND) process.removeAllListeners(event);
  process.stdout.write(end);
  process.stderr.write(end);
  process.channel?.ref();
  process.send?.({ code });
});

process.on('disconnect', () => process.exit());
