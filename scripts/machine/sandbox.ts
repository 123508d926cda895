import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../cli/errors.ts';
import type { Undo } from '../cli/undo.ts';
import { cgroupNamed, listCgroups } from './cgroup.ts';
import { unmount } from './mounts.ts';
import { deleteNamespace, endProcessesIn, listNamespaces } from './network-namespace.ts';
import { isLeftOver, nameInRun } from './run-name.ts';
import { makeSshKey } from './ssh.ts';

/** What every run with containers works with: a directory, a key to the containers, and the cleanup at its end. */
export type Sandbox = Awaited<ReturnType<typeof openSandbox>>;

/** A part of a sandbox with a directory of its own. All that is made in it has names with a prefix of its own. */
export async function openPart(sandbox: Sandbox, name: string): Promise<Sandbox> {
  const directory = join(sandbox.directory, name);
  await mkdir(directory, { mode: 0o755 });
  return { ...sandbox, directory, prefix: `${name}-` };
}

/** Opens a sandbox on this machine, after it has removed what killed runs left. Needs root. */
export async function openSandbox(undo: Undo) {
  const user = process.getuid?.();
  if (user !== 0) throw new OperatorError(`user ${user} cannot make namespaces and mounts: run this as root on Debian`);
  await removeLeftOvers();
  const directory = join(tmpdir(), nameInRun('run'));
  undo.later(directory, () => removeDirectory(directory));
  await mkdir(directory, { mode: 0o755 });
  return { directory, key: await makeSshKey(directory), undo, prefix: '' };
}

/** Removes what runs that were killed could not clean up themselves. */
async function removeLeftOvers(): Promise<void> {
  const isOld = (name: string) => isLeftOver(name);
  for (const name of listCgroups().filter(isOld)) await cgroupNamed(name).remove();
  for (const name of listNamespaces().filter(isOld)) {
    await endProcessesIn(name);
    await deleteNamespace(name);
  }
  for (const name of (await readdir(tmpdir())).filter(isOld)) await removeDirectory(join(tmpdir(), name));
}

/** Deletes a directory; unmounts first, so that the recursive delete does not reach into a mount. */
async function removeDirectory(path: string): Promise<void> {
  await unmount(path);
  await rm(path, { recursive: true, force: true });
}
