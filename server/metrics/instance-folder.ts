import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder in which the workers of one instance exchange their metrics. */
export interface MetricsFolder {
  /** Replaces a file atomically. */
  write(name: string, text: string): Promise<void>;
  read(name: string): Promise<string | undefined>;
  list(): Promise<string[]>;
  remove(name: string): Promise<void>;
  /** Creates an empty file; true for exactly one caller. */
  claim(name: string): Promise<boolean>;
}

/** Opens a folder on disk, preferably a tmpfs, and creates it if needed. */
export async function openMetricsFolder(path: string): Promise<MetricsFolder> {
  await mkdir(path, { recursive: true });
  return {
    async write(name, text) {
      const unfinished = join(path, `.${name}.${process.pid}`);
      await writeFile(unfinished, text);
      await rename(unfinished, join(path, name));
    },
    read: (name) => orElse(readFile(join(path, name), 'utf8'), 'ENOENT', undefined),
    list: async () => (await readdir(path)).filter((name) => !name.startsWith('.')),
    remove: (name) => rm(join(path, name), { force: true }),
    async claim(name) {
      const created = writeFile(join(path, name), '', { flag: 'wx' });
      return (await orElse(created, 'EEXIST', false)) !== false;
    },
  };
}

/** The folder of a single worker, in memory. */
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

/** The result of `work`, or `fallback` if it fails with the error code. */
async function orElse<T, U>(work: Promise<T>, code: string, fallback: U): Promise<T | U> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return fallback;
    throw error;
  }
}
