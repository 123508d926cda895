import { hash } from 'node:crypto';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { readJson } from '../cli/read-json.ts';
import { captureQuietly } from '../cli/run.ts';
import { type Architecture, NODE_PACKAGES } from './architecture.ts';
import { closureOf, type LockFile, lockedPackage, readLockFile } from './lock-file.ts';

/** What a payload is made from. */
export interface PayloadOptions {
  readonly architecture: Architecture;
  readonly commit: string;
  /** An empty directory to work in. */
  readonly directory: string;
}

const PACKAGE = z.object({ version: z.string() });
const DOWNLOAD_DEADLINE_MS = 300_000;

/**
 * Packs the built application, its Node, pm2, the system files and the image spec into one tarball. Everything comes
 * from this repository and its lock file, so the builder needs no registry and no npm, on AWS as well as offline.
 */
export async function packPayload({ architecture, commit, directory }: PayloadOptions) {
  const lock = await readLockFile();
  const { version } = await readJson('package.json', PACKAGE);
  const nodeVersion = lockedPackage(lock, NODE_PACKAGES[architecture]).version;
  const stage = join(directory, 'payload');

  await stageApplication(lock, join(stage, 'app'));
  await stageNode(lock, architecture, directory, join(stage, 'app/bin'));
  await bundleLaunchHook(stage);
  await cp('ami/files', join(stage, 'system'), { recursive: true });
  for (const file of ['packages.txt', 'versions.sh']) await cp(join('ami', file), join(stage, file));
  await stageFacts({ version, commit, nodeVersion, pm2Version: lockedPackage(lock, 'pm2').version }, stage);

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
  await build({
    entryPoints: ['ami/launch-hook/main.ts'],
    outfile: join(stage, 'app/launch-hook/complete-launch.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    minify: true,
    logLevel: 'warning',
  });
}

async function stageFacts(facts: Readonly<Record<string, string>>, stage: string): Promise<void> {
  await mkdir(join(stage, 'facts'), { recursive: true });
  await writeFile(join(stage, 'facts/payload.json'), JSON.stringify(facts));
  const bom = await captureQuietly(['npm', 'sbom', '--package-lock-only', '--omit=dev', '--sbom-format=cyclonedx']);
  await writeFile(join(stage, 'facts/npm.cdx.json'), bom);
}

/**
 * Packs a directory into a compressed tarball and returns its SHA-256. The options are common to GNU's and BSD's tar;
 * the builder sets the owners. Without COPYFILE_DISABLE macOS adds a ._ file to each file that has attributes.
 */
export async function packTarball(directory: string, path: string): Promise<string> {
  await captureQuietly(['tar', '-c', '-z', '-f', path, '-C', directory, '.'], { env: { COPYFILE_DISABLE: '1' } });
  return hash('sha256', await readFile(path));
}
