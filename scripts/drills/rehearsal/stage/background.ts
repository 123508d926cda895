import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandLine } from '../../../cli/run.ts';
import type { Sandbox } from '../../../machine/sandbox.ts';

/** Starts a program that runs until the rehearsal ends; what it says stands in `<name>.log`. */
export function startBackground(
  name: string,
  [program, ...args]: CommandLine,
  { directory, undo }: Pick<Sandbox, 'directory' | 'undo'>,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const log = openSync(join(directory, `${name}.log`), 'w');
  // In a process group of its own: Ctrl-C must reach the rehearsal alone, which then takes all away in order.
  const child = spawn(program, args, {
    stdio: ['ignore', log, log],
    detached: true,
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'exit');
  undo.later(name, async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  });
  return child;
}
