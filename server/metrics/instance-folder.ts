import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the workers of one instance leave their numbers for each other. */
export interface MetricsFolder {
  /** Replaces a file as a whole: readers see the old text or the new one. */
  write(name: string, text: string): Promise<void>;
  read(name: string): Promise<string | undefined>;
  list(): Promise<string[]>;
  remove(name: string): Promise<void>;
  /** Creates an empty file; true for exactly one of all who try. */
  claim(name: string): Promise<boolean>;
}

/** A folder on disk, best a tmpfs; it is made when it is not there. */
export async function openMetricsFolder(path: string): Promise<MetricsFolder> {
  await mkdir(path, { recursive: true });
  return {
    async write(name, text) {
      const unfinished = join(path, `.${name}.${process.pid}`);
      await writeFile(unfinished, text);
      await rename(unfinished, join(path, name));
    },
    read: (name) => unless('ENOENT', readFile(join(path, name), 'utf8'), undefined),
    list: async () => (await readdir(path)).filter((name) => !name.startsWith('.')),
    remove: (name) => rm(join(path, name), { force: true }),
    claim: (name) =>
      unless(
        'EEXIST',
        open(join(path, name), 'wx').then(async (file) => {
          await file.close();
          return true;
        }),
        false,
      ),
  };
}

/** The folder of a process that has no fellow workers. */
export function memoryMetricsFolder(): MetricsFolder {
  const files = new Map<string, string>();
  return {
    write: async (name, text) => void files.set(name, text),
    read: async (name) => files.get(name),
    list: async () => [...files.keys()],
    remove: async (name) => void files.delete(name),
    async claim(name) {
      const isFree = !files.has(name);
      if (isFree) files.set(name, '');
      return isFree;
    },
  };
}

async function unless<T, U>(code: string, work: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return otherwise;
    throw error;
  }
}
