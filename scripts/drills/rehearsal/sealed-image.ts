import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { captureQuietly, run } from '../../cli/run.ts';
import { OFFLINE_IMAGE } from '../../image/bake-facts.ts';

/** What the image is made of: a change in any of these files makes another image. */
const SOURCES = ['ami', 'server', 'packer.pkr.hcl', 'package-lock.json', 'ecosystem.config.js', 'scripts/build.ts'];

/** The sealed image of the files in the working tree; baked when the cache does not have it. */
export async function sealedImage(): Promise<string> {
  const folder = resolve('.data/images', await contentKey());
  const image = join(folder, 'image.squashfs');
  if (existsSync(image)) return image;
  await run(['npm', 'run', '--silent', 'bake:offline']);
  await mkdir(folder, { recursive: true });
  await copyFile(OFFLINE_IMAGE, `${image}.unfinished`);
  await rename(`${image}.unfinished`, image);
  return image;
}

/** A hash of the sources that git knows, as they are in the working tree. */
async function contentKey(): Promise<string> {
  const list = await captureQuietly(['git', 'ls-files', '-z', '-co', '--exclude-standard', '--', ...SOURCES]);
  const hash = createHash('sha256');
  for (const file of list.split('\0').sort()) {
    if (existsSync(file)) hash.update(`${file}\0`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 12);
}
