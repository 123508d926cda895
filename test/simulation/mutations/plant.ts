import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mutation, plant } from './mutation.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Calls back with the folder of a copy of the server and of the simulator, in which the bug is planted. */
export async function withPlanted<T>(mutation: Mutation, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-mutation-'));
  try {
    await cp(join(ROOT, 'server'), join(folder, 'server'), { recursive: true });
    await cp(join(ROOT, 'test/simulation'), join(folder, 'test/simulation'), { recursive: true });
    await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const file = join(folder, 'server', mutation.file);
    await writeFile(file, plant(mutation, await readFile(file, 'utf8')));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
