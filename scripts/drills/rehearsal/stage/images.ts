import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from '../../../cli/run.ts';
import { OFFLINE_IMAGE } from '../../../image/bakes.ts';
import { executeQuietly } from '../../../machine/execute.ts';

const CACHE = '.data/images';

/** What the image is made of: a change in any of these files makes another image. */
const SOURCES = ['ami', 'server', 'packer.pkr.hcl', 'package-lock.json', 'ecosystem.config.js', 'scripts/build.ts'];

/** The sealed image of the files as they are now: baked when there is none of them yet. */
export async function sealedImage(): Promise<string> {
  const key = await contentKey(SOURCES);
  const image = resolve(CACHE, key, 'image.squashfs');
  if (existsSync(image)) return image;
  await run(['npm', 'run', '--silent', 'bake:offline']);
  await mkdir(join(CACHE, key), { recursive: true });
  await copyFile(OFFLINE_IMAGE, `${image}.unfinished`);
  await rename(`${image}.unfinished`, image);
  return image;
}

/** A name for the content of files that git knows, as they stand in the working tree. */
export async function contentKey(sources: readonly string[]): Promise<string> {
  const list = ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...sources];
  const files = (await executeQuietly(list as [string, ...string[]])).split('\0').filter((file) => existsSync(file));
  const hash = createHash('sha256');
  for (const file of files.filter((name) => name !== '').sort()) {
    hash.update(`${file}\0`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 12);
}
