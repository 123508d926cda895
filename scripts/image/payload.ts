import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { OperatorError } from '../cli/errors.ts';
import { executeQuietly } from '../machine/execute.ts';
import { type Architecture, NODE_PACKAGES } from './architecture.ts';
import { closureOf, type LockFile, lockedPackage } from './lock-file.ts';
import { stageNode } from './node-binary.ts';
import { packTarball } from './tarball.ts';

/** What goes into the image besides Debian. */
export interface Payload {
  readonly path: string;
  readonly sha256: string;
  readonly version: string;
  readonly nodeVersion: string;
}

/** What a payload is made of. */
export interface PayloadOptions {
  readonly architecture: Architecture;
  readonly commit: string;
  /** An empty directory to work in. */
  readonly directory: string;
}

/**
 * Packs the built application, its Node, pm2, the system files and the image spec into one tarball. All of it comes
 * from this repository and its lock file, so the builder needs no registry and no npm, on AWS as well as offline.
 */
export async function packPayload({ architecture, commit, directory }: PayloadOptions): Promise<Payload> {
  const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as LockFile;
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  const nodeVersion = lockedPackage(lock, NODE_PACKAGES[architecture]).version;
  const stage = join(directory, 'payload');

  await stageApplication(lock, stage);
  await stageNode(lock, architecture, directory, join(stage, 'app/bin'));
  await bundleLaunchHook(stage);
  await cp('ami/files', join(stage, 'system'), { recursive: true });
  for (const file of ['packages.txt', 'versions.sh']) await cp(join('ami', file), join(stage, file));
  await stageFacts({ version, commit, nodeVersion, pm2Version: lockedPackage(lock, 'pm2').version }, stage);

  const path = join(directory, 'payload.tar.gz');
  const sha256 = await packTarball(stage, path);
  return { path, sha256, version, nodeVersion };
}

async function stageApplication(lock: LockFile, stage: string): Promise<void> {
  const app = join(stage, 'app');
  // The spec's tree keeps the repository's shape, so that its imports hold.
  const spec = ['ami/spec', 'ami/facts', 'ami/contract.ts', 'server/contract.ts'].map(
    (path) => [path, join('spec', path)] as const,
  );
  const parts = ['dist', 'ecosystem.config.js', 'package.json', ...closureOf(lock, 'pm2')].map(
    (path) => [path, path] as const,
  );
  for (const [from, to] of [...parts, ...spec]) {
    await mkdir(dirname(join(app, to)), { recursive: true });
    await cp(from, join(app, to), { recursive: true }).catch((cause) => {
      throw new OperatorError(`the payload needs ${from}, which is not there: run npm ci and npm run build`, { cause });
    });
  }
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
  const bom = await executeQuietly(['npm', 'sbom', '--package-lock-only', '--omit=dev', '--sbom-format=cyclonedx']);
  await writeFile(join(stage, 'facts/npm.cdx.json'), bom);
}
