import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CommandLine } from '../cli/run.ts';
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

  /** Ids of all its processes. */
  get pids(): number[] {
    return groupsBelow(dirname(this.pathWith('cgroup.kill'))).flatMap(pidsOf);
  }

  /** Kills every process in the group at once, as a power cut would. */
  async kill(): Promise<void> {
    await writeFile(this.pathWith('cgroup.kill'), '1');
  }

  /** Ends the processes of the group, then removes it with the groups that the container made below it. */
  async remove(): Promise<void> {
    if (!this.#paths.some((path) => existsSync(path))) return;
    if (this.#hasProcesses()) await this.kill();
    await waitQuietly(`the processes of cgroup ${this.name} to end`, () => !this.#hasProcesses(), 10_000);
    for (const path of this.#paths) await removeTree(path);
  }

  #hasProcesses(): boolean {
    return this.#paths.some((path) => existsSync(path) && groupsBelow(path).some((group) => pidsOf(group).length > 0));
  }
}

/** Names of all groups at the top of a hierarchy. */
export function listCgroups(): string[] {
  const names = hierarchies().flatMap((path) => readdirSync(path));
  return [...new Set(names)];
}

/** A group and all below it, the deepest first. The container's systemd may remove groups at the same time. */
function groupsBelow(path: string): string[] {
  const below = unlessGone(() => readdirSync(path, { withFileTypes: true })) ?? [];
  const groups = below.filter((entry) => entry.isDirectory());
  return [...groups.flatMap((entry) => groupsBelow(join(path, entry.name))), path];
}

function pidsOf(group: string): number[] {
  const list = unlessGone(() => readFileSync(join(group, 'cgroup.procs'), 'utf8')) ?? '';
  return list.split('\n').filter(Boolean).map(Number);
}

function unlessGone<Answer>(read: () => Answer): Answer | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENODEV') return undefined;
    throw error;
  }
}

async function removeTree(path: string): Promise<void> {
  if (!existsSync(path)) return;
  for (const group of groupsBelow(path)) await rmdir(group);
}
