import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { main } from './cli/main.ts';
import { captureQuietly, run, runLogged } from './cli/run.ts';
import { Stopwatch } from './cli/stopwatch.ts';
import { textTable } from './cli/table.ts';
import { withUndo } from './cli/undo.ts';
import { ownArchitecture } from './image/architecture.ts';
import { LATEST_OFFLINE, OFFLINE_IMAGE } from './image/bake-facts.ts';
import { checkBoot } from './image/boot-check.ts';
import { readCheckout } from './image/checkout.ts';
import { cachedImagePath, cacheImage } from './image/image-cache.ts';
import { BAKE_DATABASE, type Bake, bakeVariables, packerCommand, prepareBake } from './image/packer.ts';
import { baseRootFiles, makeBaseRoot } from './machine/base-root.ts';
import { bootContainer } from './machine/container.ts';
import { startTestDatabase } from './machine/fixtures.ts';
import { makeNamespace } from './machine/network-namespace.ts';
import { nameInRun } from './machine/run-name.ts';
import { openSandbox, type Sandbox } from './machine/sandbox.ts';

const CACHE_DIRECTORY = resolve(dirname(OFFLINE_IMAGE));
const SQUASH_OPTIONS = ['-comp', 'zstd', '-Xcompression-level', '3', '-quiet', '-no-progress', '-noappend'];
const SQUASH_DEADLINE_MS = 180_000;

const command = {
  name: 'bake:offline',
  summary: 'Bakes the image on this machine without AWS, boots it, and checks that it meets its spec and recovers.',
  options: {},
} as const;

await main(command, async () => {
  const watch = new Stopwatch();
  await withUndo(async (undo) => {
    const sandbox = await openSandbox(undo);
    // Of the files as they are now: a change during the bake makes another image.
    const cached = await cachedImagePath();
    const { commit } = await readCheckout();
    await mkdir(CACHE_DIRECTORY, { recursive: true });
    const base = await watch.time('base root', () => makeBaseRoot(CACHE_DIRECTORY));
    await watch.time('build', () => run(['npm', 'run', '--silent', 'build']));
    const options = { architecture: ownArchitecture(), commit, directory: sandbox.directory };
    const bake = await watch.time('payload', () => prepareBake(options));
    const untested = resolve(`${OFFLINE_IMAGE}.untested`);
    await watch.time('bake', () => bakeOffline(bake, base, untested, sandbox));
    await checkBoot(untested, watch, sandbox);

    await rename(untested, OFFLINE_IMAGE);
    await cacheImage(OFFLINE_IMAGE, cached);
    await rm(LATEST_OFFLINE, { force: true });
    await symlink(bake.imageName, LATEST_OFFLINE);
    console.log(textTable(watch.rows));
    console.log(`Image: ${OFFLINE_IMAGE}, facts: ${bake.factsDirectory}`);
  });
});

/** Runs the provisioners of packer.pkr.hcl in a container that has no uplink, and seals its root into `image`. */
async function bakeOffline(bake: Bake, base: string, image: string, { directory, key, undo }: Sandbox): Promise<void> {
  const namespace = await makeNamespace(nameInRun('builder'), undo);
  await startTestDatabase(BAKE_DATABASE, undo, namespace.inside);
  const files = await baseRootFiles(key);
  const builder = await bootContainer({ name: 'builder', image: base, namespace, directory, files }, undo);

  await mkdir(bake.factsDirectory, { recursive: true });
  // Not the manifest that a deployment reads: this bake makes no AMI.
  const manifest = join(bake.factsDirectory, 'manifest.json');
  const variables = { ...bakeVariables(bake), offline_ssh_key: key.privateKey, manifest };
  // The one file, not the folder: Debian's Packer cannot read plugins.pkr.hcl.
  const packer = packerCommand('build', 'null.offline', variables, 'packer.pkr.hcl');
  await runLogged(namespace.inside(packer), join(bake.factsDirectory, 'packer.log'));

  await builder.powerOff();
  await captureQuietly(['mksquashfs', builder.root, image, ...SQUASH_OPTIONS], { deadlineMs: SQUASH_DEADLINE_MS });
}
