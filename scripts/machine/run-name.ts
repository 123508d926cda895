import { existsSync } from 'node:fs';

const PREFIX = 'stampede';

/**
 * Names what this run makes on the machine (namespaces, cgroups, directories): `stampede-<pid>-builder`. The process id
 * keeps runs apart and tells a later one what was left by a run that was killed.
 */
export function nameInRun(what: string, pid: number = process.pid): string {
  return `${PREFIX}-${pid}-${what}`;
}

/** Whether a name was given by a run that is gone: its things can be taken away. */
export function isLeftOver(name: string, isAlive: (pid: number) => boolean = hasProcess): boolean {
  const pid = /^stampede-(\d+)(-|$)/.exec(name)?.[1];
  return pid !== undefined && !isAlive(Number(pid));
}

function hasProcess(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}
