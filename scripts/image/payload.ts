import { hash } from 'node:crypto';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { readJson } from '../cli/read-json.ts';
import { captureQuietly } from '../cli/run.ts';
import { type Architecture, NODE_PACKAGES } from './architecture.ts';
import { closureOf, LOCK_FILE, type LockFile, lockedPackage } from './lock-file.ts';
import { npmSbom } from './npm-sbom.ts';

/** What a payload is made from, and an empty directory to work in. */
export interface PayloadOptions {
  readonly architecture: Architecture;
  readonly commit: string;
  readonly directory: string;
}

const DOWNLOAD_DEADLINE_MS = 300_000;

/** Packs what the image contains besides Debian, from this repository and its lock file: no builder needs a registry. */
export async function packPayload({ architecture, commit, directory }: PayloadOptions) {
  const lock = await readJson('package-lock.json', LOCK_FILE);
  const { version } = await readJson('package.json', z.object({ version: z.string() }));
  const nodeVersion = lockedPackage(lock, NODE_PACKAGES[architecture]).version;
  const stage = join(directory, 'payload');

  await stageApplication(lock, join(stage, 'app'));
  await stageNode(lock, architecture, directory, join(stage, 'app/bin'));
  await bundleLaunchHook(stage);
  await cp('ami/files', join(stage, 'system'), { recursive: true });
  for (const file of ['packages.txt', 'versions.sh']) await cp(join('ami', file), join(stage, file));
  await stageFacts({ version, commit, nodeVersion, pm2Version: lockedPackage(lock, 'pm2').version }, lock, stage);

  const path = join(directory, 'payload.tar.gz');
  return { path, sha256: await packTarball(stage, path), version, nodeVersion };
}

async function stageApplication(lock: LockFile, app: string): Promise<void> {
  await copyAll(['dist', 'ecosystem.config.js', 'package.json', ...closureOf(lock, 'pm2')], app);
  // The spec's tree keeps the repository's shape, so that its imports resolve.
  await copyAll(['ami/spec', 'ami/facts', 'ami/contract.ts', 'server/contract.ts'], join(app, 'spec'));
}

async function copyAll(paths: readonly string[], to: string): Promise<void> {
  for (const path of paths) {
    await cp(path, join(to, path), { recursive: true }).catch((cause) => {
      const message = `the payload needs ${path}, which cannot be copied: run npm ci and npm run build`;
      throw new OperatorError(message, { cause });
    });
  }
}

/** Puts the locked Node of an architecture, which need not be this machine's, into `bin`. */
async function stageNode(lock: LockFile, architecture: Architecture, directory: string, bin: string): Promise<void> {
  const name = NODE_PACKAGES[architecture];
  const { version, integrity } = lockedPackage(lock, name);
  const options = ['--prefer-offline', '--silent', '--pack-destination', directory];
  const pack = ['npm', 'pack', `${name}@${version}`, ...options] as const;
  const tarball = join(directory, (await captureQuietly(pack, { deadlineMs: DOWNLOAD_DEADLINE_MS })).trim());
  requireIntegrity(await readFile(tarball), integrity, `${name}@${version}`);
  await mkdir(bin, { recursive: true });
  await captureQuietly(['tar', '-x', '-f', tarball, '-C', bin, '--strip-components=2', 'package/bin/node']);
  await chmod(join(bin, 'node'), 0o755);
}

/** Checks a tarball against the lock file's checksum. */
export function requireIntegrity(tarball: Uint8Array, integrity: string | undefined, what: string): void {
  const got = `sha512-${hash('sha512', tarball, 'base64')}`;
  if (got === integrity) return;
  throw new OperatorError(`${what} has checksum ${got}, expected ${integrity} of package-lock.json: do not use it`);
}

async function bundleLaunchHook(stage: string): Promise<void> {
  const outfile = join(stage, 'app/launch-hook/complete-launch.cjs');
  const options = { bundle: true, platform: 'node', format: 'cjs', target: 'node26', minify: true } as const;
  await build({ entryPoints: ['ami/launch-hook/main.ts'], outfile, ...options, logLevel: 'warning' });
}

async function stageFacts(facts: Readonly<Record<string, string>>, lock: LockFile, stage: string): Promise<void> {
  await mkdir(join(stage, 'facts'), { recursive: true });
  await writeFile(join(stage, 'facts/payload.json'), JSON.stringify(facts));
  await writeFile(join(stage, 'facts/npm.cdx.json'), JSON.stringify(await npmSbom(lock)));
}

/** Packs a directory into a tarball and returns its SHA-256. The options are common to GNU's and BSD's tar. */
export async function packTarball(directory: string, path: string): Promise<string> {
  // Without COPYFILE_DISABLE macOS adds a ._ file to each file that has attributes.
  await captureQuietly(['tar', '-c', '-z', '-f', path, '-C', directory, '.'], { env: { COPYFILE_DISABLE: '1' } });
  return hash('sha256', await readFile(path));
}
