import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { captureQuietly } from '../cli/run.ts';
import type { Undo } from '../cli/undo.ts';

/** Mounts a sealed image read-only; all containers share it. */
export async function mountImage(squashfs: string, path: string, undo: Undo): Promise<string> {
  await mkdir(path, { recursive: true });
  undo.later(`mount of ${squashfs}`, () => unmount(path));
  await captureQuietly(['mount', '--types', 'squashfs', '--options', 'loop,ro', squashfs, path]);
  return path;
}

/** Mounts a writable root over a base that does not change; returns the root, which is inside `directory`. */
export async function mountOverlay(base: string, directory: string, undo: Undo): Promise<string> {
  for (const name of ['upper', 'work', 'root']) await mkdir(join(directory, name), { recursive: true });
  const root = join(directory, 'root');
  undo.later(`root file system in ${directory}`, async () => {
    await unmount(root);
    await rm(directory, { recursive: true, force: true });
  });
  const options = `lowerdir=${base},upperdir=${directory}/upper,workdir=${directory}/work`;
  await captureQuietly(['mount', '--types', 'overlay', 'overlay', '--options', options, root]);
  return root;
}

/** Unmounts everything at or below a path. */
export async function unmount(path: string): Promise<void> {
  for (const mounted of mountsBelow(path)) await captureQuietly(['umount', mounted]);
}

/** Mount points at or below a path, the deepest first. */
export function mountsBelow(path: string, table = readFileSync('/proc/self/mounts', 'utf8')): string[] {
  return table
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((mounted) => mounted === path || mounted.startsWith(`${path}/`))
    .reverse();
}
