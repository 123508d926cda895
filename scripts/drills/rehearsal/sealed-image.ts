import { existsSync } from 'node:fs';
import { run } from '../../cli/run.ts';
import { cachedImagePath } from '../../image/image-cache.ts';

/** The sealed image of the files in the working tree; baked if no earlier bake, such as that of CI, has kept it. */
export async function sealedImage(): Promise<string> {
  const image = await cachedImagePath();
  if (!existsSync(image)) await run(['npm', 'run', '--silent', 'bake:offline']);
  return image;
}
