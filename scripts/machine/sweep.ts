import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cgroup, listCgroups } from './cgroup.ts';
import { unmount } from './mounts.ts';
import { deleteNamespace, endProcessesIn, listNamespaces } from './network-namespace.ts';
import { isLeftOver } from './run-name.ts';

/** Takes away what runs that were killed (`kill -9`, a lost machine) could not take away themselves. */
export async function sweepLeftOvers(): Promise<void> {
  for (const name of listCgroups().filter((cgroup) => isLeftOver(cgroup))) await new Cgroup(name).remove();
  for (const name of (await listNamespaces()).filter((namespace) => isLeftOver(namespace))) {
    await endProcessesIn(name);
    await deleteNamespace(name);
  }
  for (const name of (await readdir(tmpdir())).filter((directory) => isLeftOver(directory))) {
    await removeDirectory(join(tmpdir(), name));
  }
}

/** Deletes a directory; unmounts first, for a recursive delete must never reach into something mounted. */
export async function removeDirectory(path: string): Promise<void> {
  await unmount(path);
  await rm(path, { recursive: true, force: true });
}
