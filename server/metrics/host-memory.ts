import { readFile } from 'node:fs/promises';

/** Share of the host's memory in use, in percent; `undefined` without `/proc/meminfo`. */
export async function readHostMemory(path = '/proc/meminfo'): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => ''); // Only Linux has it.
  const total = kilobytes(text, 'MemTotal');
  // Includes caches that the kernel frees on demand, unlike MemFree.
  const available = kilobytes(text, 'MemAvailable');
  if (!total || available === undefined) return undefined;
  return Math.min(100, Math.max(0, 100 * (1 - available / total)));
}

function kilobytes(text: string, name: string): number | undefined {
  const value = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}
