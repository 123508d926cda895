import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Undo } from '../cli/undo.ts';

/** Makes a directory that goes when the run ends. */
export async function makeDirectory(undo: Undo): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stampede-bake-'));
  undo.later(directory, () => rm(directory, { recursive: true, force: true }));
  return directory;
}
