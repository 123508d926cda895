import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CommandLine, captureQuietly } from '../cli/run.ts';
import { waitQuietly } from '../cli/wait.ts';

const MOUNT = '/sys/fs/cgroup';
const CPU_PERIOD_US = 100_000;

/** Shell script with the arguments `<cgroup.procs file>... -- <program> <argument>...`. */
const JOIN_AND_EXECUTE = `
while [ "$1" != -- ]; do
  echo $$ >"$1"
  shift
done
shift
exec "$@"
`;

/** The hierarchies in which groups are made: three on a hybrid machine, one on a unified machine. */
export function hierarchies(mount = MOUNT): string[] {
  const hybrid = ['systemd', 'unified', 'cpu', 'cpuacct'].map((name) => join(mount, name));
  return existsSync(join(mount, 'unified')) ? hybrid.filter((path) => existsSync(path)) : [mount];
}

/** Names of all groups at the top of a hierarchy. */
export function listCgroups(): string[] {
  return [...new Set(hierarchies().flatMap((path) => readdirSync(path)))];
}

/** Describes the group that has a name in every hierarchy. */
export function cgroupNamed(name: string) {
  const paths = hierarchies().map((hierarchy) => join(hierarchy, name));
  /** Path of a file (`cpu.max`, `cgroup.kill`) in the hierarchy that has it. */
  const pathOf = (file: string): string => {
    const path = paths.map((candidate) => join(candidate, file)).find(existsSync);
    if (!path) throw new Error(`no hierarchy of cgroup ${name} has ${file}: ${paths.join(', ')}`);
    return path;
  };
  /** Kills every process in the group at once, as a power cut would. */
  const kill = () => writeFile(pathOf('cgroup.kill'), '1');
  return {
    make: () => Promise.all(paths.map((path) => mkdir(path, { recursive: true }))),
    /** The command line that runs another one in the group: Node cannot start a process in a cgroup. */
    inside: (line: CommandLine): CommandLine => {
      const files = paths.map((path) => join(path, 'cgroup.procs'));
      return ['bash', '-euc', JOIN_AND_EXECUTE, 'join-cgroup', ...files, '--', ...line];
    },
    /** Milliseconds of CPU that its processes have used. A hybrid machine has this file in the unified hierarchy too. */
    cpuMs: () => Number(/^usage_usec (\d+)$/m.exec(readFileSync(pathOf('cpu.stat'), 'utf8'))?.[1] ?? 0) / 1e3,
    /** Limits the CPUs that its processes may use; undefined removes the limit. */
    limitCpu: async (cpus: number | undefined) => {
      const quotaUs = cpus === undefined ? undefined : Math.round(cpus * CPU_PERIOD_US);
      // The hybrid hierarchy has one file for the quota; the unified one takes quota and period in one file.
      try {
        await writeFile(pathOf('cpu.cfs_quota_us'), `${quotaUs ?? -1}`);
      } catch {
        await writeFile(pathOf('cpu.max'), `${quotaUs ?? 'max'} ${CPU_PERIOD_US}`);
      }
    },
    /** Its processes, in this group and in those that the container made below it. */
    processes: () => globSync(join(dirname(pathOf('cgroup.kill')), '**/cgroup.procs')).flatMap(processesIn),
    kill,
    /** Ends the processes of the group, then removes it with the groups below it. */
    remove: async () => {
      const existing = paths.filter((path) => existsSync(path));
      if (existing.length === 0) return;
      await kill();
      const isEmpty = () => readFileSync(pathOf('cgroup.events'), 'utf8').includes('populated 0');
      await waitQuietly(`the processes of cgroup ${name} to end`, isEmpty, 10_000);
      await captureQuietly(['find', ...existing, '-type', 'd', '-delete']);
    },
  };
}

/** A process as this machine's kernel sees it; pm2's daemon replaces its command line by a title. */
export type Process = ReturnType<typeof processesIn>[number];

function processesIn(file: string) {
  const pids = textOf(file).split('\n').filter(Boolean);
  return pids.flatMap((pid) => {
    const parent = /^PPid:\s(\d+)$/m.exec(textOf(`/proc/${pid}/status`))?.[1];
    const title = textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    return parent === undefined ? [] : { pid: Number(pid), parent: Number(parent), title };
  });
}

/** Empty when the process, or the group that the container's systemd made, has ended meanwhile. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
