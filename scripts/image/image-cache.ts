import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { captureQuietly } from '../cli/run.ts';

/** What the image is made of: a change in any of these files makes another image. */
const SOURCES = ['ami', 'server', 'packer.pkr.hcl', 'package-lock.json', 'ecosystem.config.js', 'scripts/build.ts'];

/** Where an offline image of the files in the working tree is kept; it exists if they were baked before. */
export async function cachedImagePath(): Promise<string> {
  return resolve('.data/images', await contentKey(), 'image.squashfs');
}

/** Keeps a tested offline image at a path of the cache. */
export async function cacheImage(image: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await link(image, path);
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
