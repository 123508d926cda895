import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CommandLine, captureQuietly } from '../cli/run.ts';
import { waitQuietly } from '../cli/wait.ts';

const MOUNT = '/sys/fs/cgroup';

/** Shell script with the arguments `<cgroup.procs file>... -- <program> <argument>...`. */
const JOIN_AND_EXECUTE = `
set -eu
while [ "$1" != -- ]; do
  echo $$ >"$1"
  shift
done
shift
exec "$@"
`;

/**
 * The hierarchies in which groups are made. A hybrid machine has one each for systemd's bookkeeping, for `cgroup.kill`,
 * and for limiting and measuring CPU; a unified machine has one for everything.
 */
export function hierarchies(mount = MOUNT): string[] {
  const hybrid = ['systemd', 'unified', 'cpu', 'cpuacct'].map((name) => join(mount, name));
  return existsSync(join(mount, 'unified')) ? hybrid.filter((path) => existsSync(path)) : [mount];
}

/** One group of processes with the same name in every hierarchy: a container with everything that runs in it. */
export class Cgroup {
  readonly name: string;
  readonly #paths: readonly string[];

  constructor(name: string) {
    this.name = name;
    this.#paths = hierarchies().map((hierarchy) => join(hierarchy, name));
  }

  async make(): Promise<void> {
    for (const path of this.#paths) await mkdir(path, { recursive: true });
  }

  /** The command line that runs another one in the group: Node cannot start a process in a cgroup. */
  inside(line: CommandLine): CommandLine {
    const files = this.#paths.map((path) => join(path, 'cgroup.procs'));
    return ['bash', '-c', JOIN_AND_EXECUTE, 'join-cgroup', ...files, '--', ...line];
  }

  /** Path of this group in the hierarchy that has `file` (`cpu.cfs_quota_us`, `cpuacct.usage`). */
  pathWith(file: string): string {
    const path = this.#paths.find((candidate) => existsSync(join(candidate, file)));
    if (!path) throw new Error(`no hierarchy of cgroup ${this.name} has ${file}: ${this.#paths.join(', ')}`);
    return join(path, file);
  }

  /** Ids of all its processes, in this group and those that the container made below it. */
  get pids(): number[] {
    return globSync(join(dirname(this.pathWith('cgroup.kill')), '**/cgroup.procs')).flatMap(pidsIn);
  }

  /** Kills every process in the group at once, as a power cut would. */
  async kill(): Promise<void> {
    await writeFile(this.pathWith('cgroup.kill'), '1');
  }

  /** Ends the processes of the group, then removes it with the groups below it. */
  async remove(): Promise<void> {
    const paths = this.#paths.filter((path) => existsSync(path));
    if (paths.length === 0) return;
    await this.kill();
    const isEmpty = () => readFileSync(this.pathWith('cgroup.events'), 'utf8').includes('populated 0');
    await waitQuietly(`the processes of cgroup ${this.name} to end`, isEmpty, 10_000);
    await captureQuietly(['find', ...paths, '-type', 'd', '-delete']);
  }
}

/** Names of all groups at the top of a hierarchy. */
export function listCgroups(): string[] {
  return [...new Set(hierarchies().flatMap((path) => readdirSync(path)))];
}

function pidsIn(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    // The container's systemd has removed the group meanwhile.
    return [];
  }
}
