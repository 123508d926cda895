import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mountOverlay } from '../../../machine/mounts.ts';
import type { Stage } from './stage.ts';

/** An image that differs from the stage's own in one file, by its path on the instance. */
export async function derivedImage(
  { fleet, workshop }: Pick<Stage, 'fleet' | 'workshop'>,
  path: string,
  change: (text: string) => string,
): Promise<string> {
  const root = await mountOverlay(fleet.image, join(workshop.directory, `image-${randomUUID()}`), workshop.undo);
  const file = join(root, path);
  await writeFile(file, change(await readFile(file, 'utf8')));
  return root;
}
