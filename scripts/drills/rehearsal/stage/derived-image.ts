import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mountOverlay } from '../../../machine/mounts.ts';
import type { Stage } from './stage.ts';

/** An image that differs from the stage's own in one file, by its path on the instance. */
export async function derivedImage(
  { fleet, sandbox }: Pick<Stage, 'fleet' | 'sandbox'>,
  path: string,
  change: (text: string) => string,
): Promise<string> {
  const root = await mountOverlay(fleet.image, join(sandbox.directory, `image-${randomUUID()}`), sandbox.undo);
  const file = join(root, path);
  await writeFile(file, change(await readFile(file, 'utf8')));
  return root;
}
