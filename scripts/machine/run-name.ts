import { existsSync } from 'node:fs';

/** Names what this run makes on the machine. By the process id a later run finds what a killed one left. */
export function nameInRun(what: string, pid: number = process.pid): string {
  return `stampede-${pid}-${what}`;
}

/** Whether a name is of a run that has ended: what it names can be removed. */
export function isLeftOver(name: string, isRunning = (pid: number) => existsSync(`/proc/${pid}`)): boolean {
  const pid = /^stampede-(\d+)(-|$)/.exec(name)?.[1];
  return pid !== undefined && !isRunning(Number(pid));
}
