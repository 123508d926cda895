import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../cli/errors.ts';
import type { BakeFacts } from './bake-difference.ts';

/** Facts of each bake, one directory an image name (not in git). */
export const BAKES_DIRECTORY = 'bakes';

/** The image of the last offline bake that has proven itself; rehearsals boot it. Its facts: {@link LATEST_OFFLINE}. */
export const OFFLINE_IMAGE = '.data/bake/image.squashfs';

/** Link to the facts of that bake. */
export const LATEST_OFFLINE = join(BAKES_DIRECTORY, 'latest-offline');

/** Reads the facts of a bake, given by its image's name or by its directory. */
export async function readBakeFacts(nameOrDirectory: string): Promise<BakeFacts> {
  const candidates = [nameOrDirectory, join(BAKES_DIRECTORY, nameOrDirectory)];
  const directory = candidates.find((path) => existsSync(join(path, 'image.json')));
  if (!directory) {
    throw new OperatorError(
      `no facts of a bake '${nameOrDirectory}': looked for image.json in ${candidates.join(' and ')}`,
    );
  }
  const read = async (file: string) => JSON.parse(await readFile(join(directory, file), 'utf8'));
  const [image, bom] = await Promise.all([read('image.json'), read('sbom.cdx.json')]);
  return { image, purls: (bom.components as { purl: string }[]).map(({ purl }) => purl) };
}
