import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Which core a process is bound to, so that the load generator never takes the server's time. */
export type Role = 'server' | 'generator' | 'backend';

const cores = availableParallelism();
const hasTaskset = spawnSync('taskset', ['--version']).status === 0;

/** Whether processes can be bound here: two cores and `taskset` of util-linux. */
export const PINNED = hasTaskset && cores >= 2;

/** The server has core 0 for itself; generator and backend share core 1 where there are only two. */
const coreOf: Readonly<Record<Role, string>> = { server: '0', generator: '1', backend: cores > 2 ? '2' : '1' };

/** Puts a command line on the core of its role; `taskset` becomes the program, so the process id stays. */
export const pinned = (role: Role, line: readonly [string, ...string[]]): readonly [string, ...string[]] =>
  PINNED ? ['taskset', '-c', coreOf[role], ...line] : line;
