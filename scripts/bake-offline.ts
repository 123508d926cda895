import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { Stopwatch } from './cli/stopwatch.ts';
import { textTable } from './cli/table.ts';
import { withUndo } from './cli/undo.ts';
import { ownArchitecture } from './image/architecture.ts';
import { LATEST_OFFLINE, OFFLINE_IMAGE } from './image/bake-facts.ts';
import { checkBoot } from './image/boot-check.ts';
import { readCheckout } from './image/checkout.ts';
import { bakeOffline } from './image/offline-bake.ts';
import { prepareBake } from './image/packer.ts';
import { makeBaseRoot } from './machine/base-root.ts';
import { openSandbox } from './machine/sandbox.ts';

const CACHE_DIRECTORY = resolve(dirname(OFFLINE_IMAGE));

const command = {
  name: 'bake:offline',
  summary: 'Bakes the image on this machine without AWS, boots it, and checks that it meets its spec and recovers.',
  options: {},
} as const;

await main(command, async () => {
  const watch = new Stopwatch();
  await withUndo(async (undo) => {
    const sandbox = await openSandbox(undo);
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
    await rm(LATEST_OFFLINE, { force: true });
    await symlink(bake.imageName, LATEST_OFFLINE);
    console.log(textTable(watch.rows));
    console.log(`Image: ${OFFLINE_IMAGE}, facts: ${bake.factsDirectory}`);
  });
});
