import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { textTable } from './cli/table.ts';
import { withUndo } from './cli/undo.ts';
import { ownArchitecture } from './image/architecture.ts';
import { BAKES_DIRECTORY, LATEST_OFFLINE, OFFLINE_IMAGE } from './image/bakes.ts';
import { proveBoot } from './image/boot-proof.ts';
import { readCheckout } from './image/commit.ts';
import { bakeOffline } from './image/offline-builder.ts';
import { imageName } from './image/packer-command.ts';
import { packPayload } from './image/payload.ts';
import { Stopwatch } from './image/stopwatch.ts';
import { makeBaseRoot } from './machine/base-root.ts';
import { openSandbox } from './machine/sandbox.ts';

const DATABASE_PORT = 18_000;
const CACHE_DIRECTORY = dirname(OFFLINE_IMAGE);

const command = {
  name: 'bake:offline',
  summary: 'Bakes the image on this machine without AWS, boots it, and proves that it meets its spec and recovers.',
  options: {},
} as const;

await main(command, async () => {
  const watch = new Stopwatch();
  await withUndo(async (undo) => {
    const sandbox = await openSandbox(undo);
    const architecture = ownArchitecture();
    const { commit } = await readCheckout();
    await mkdir(CACHE_DIRECTORY, { recursive: true });
    const base = await watch.time('base root', () => makeBaseRoot(resolve(CACHE_DIRECTORY)));
    await watch.time('build', () => run(['npm', 'run', '--silent', 'build']));
    const payload = await watch.time('payload', () =>
      packPayload({ architecture, commit, directory: sandbox.directory }),
    );

    const name = imageName(payload.version, architecture, commit, new Date());
    const factsDirectory = join(BAKES_DIRECTORY, name);
    const bake = { imageName: name, commit, architecture, payload, factsDirectory, databasePort: DATABASE_PORT };
    const unproven = `${resolve(OFFLINE_IMAGE)}.unproven`;
    await watch.time('bake', () => bakeOffline(bake, base, unproven, sandbox));
    await proveBoot(unproven, watch, sandbox);

    await rename(unproven, OFFLINE_IMAGE);
    await rm(LATEST_OFFLINE, { force: true });
    await symlink(name, LATEST_OFFLINE);
    console.log(textTable(watch.rows));
    console.log(`Image: ${OFFLINE_IMAGE}, facts: ${factsDirectory}`);
  });
});
