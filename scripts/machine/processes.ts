import { existsSync, readFileSync } from 'node:fs';

/** A process of a container, as this machine's kernel sees it. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its command line, which pm2's daemon replaces by a title. */
  readonly title: string;
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

/** Reads one process; undefined when it has ended meanwhile. */
export function readProcess(pid: number): Process | undefined {
  try {
    const parent = /^PPid:\s(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const title = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, parent: Number(parent), title };
  } catch {
    return undefined;
  }
}

/** pm2's daemon among the processes of a container. */
export function pm2Daemon(processes: readonly Process[]): Process | undefined {
  return processes.find(({ title }) => /^PM2 v[\d.]+: God Daemon/.test(title));
}

/** The workers of pm2's daemon, without its short-lived children that ask the system for its load. */
export function pm2Workers(processes: readonly Process[]): Process[] {
  const daemon = pm2Daemon(processes);
  return processes.filter(({ parent, title }) => parent === daemon?.pid && title.endsWith('/dist/server.cjs'));
}
