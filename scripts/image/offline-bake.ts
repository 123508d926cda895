import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { captureQuietly, runLogged } from '../cli/run.ts';
import { baseRootFiles } from '../machine/base-root.ts';
import { bootContainer } from '../machine/container.ts';
import { startTestDatabase } from '../machine/fixtures.ts';
import { makeNamespace } from '../machine/network-namespace.ts';
import { nameInRun } from '../machine/run-name.ts';
import type { Sandbox } from '../machine/sandbox.ts';
import { BAKE_DATABASE, type Bake, bakeVariables, packerCommand } from './packer.ts';

const SQUASH_OPTIONS = ['-comp', 'zstd', '-Xcompression-level', '3', '-quiet', '-no-progress', '-noappend'];
const SQUASH_DEADLINE_MS = 180_000;

/** Runs the provisioners of packer.pkr.hcl in a container that has no uplink, and seals its root into `image`. */
export async function bakeOffline(bake: Bake, baseRoot: string, image: string, sandbox: Sandbox): Promise<void> {
  const { directory, key, undo } = sandbox;
  const namespace = await makeNamespace(nameInRun('builder'), undo);
  await startTestDatabase(BAKE_DATABASE, undo, namespace.inside);
  const files = await baseRootFiles(key);
  const builder = await bootContainer({ name: 'builder', image: baseRoot, namespace, directory, files }, undo);

  // Not the manifest that a deployment reads: this bake makes no AMI.
  const manifest = join(bake.factsDirectory, 'manifest.json');
  const variables = { ...bakeVariables(bake), offline_ssh_key: key.privateKey, manifest };
  await mkdir(bake.factsDirectory, { recursive: true });
  // The one file, not the folder: Debian's Packer cannot read plugins.pkr.hcl.
  const command = packerCommand('build', 'null.offline', variables, 'packer.pkr.hcl');
  await runLogged(namespace.inside(command), join(bake.factsDirectory, 'packer.log'));

  await builder.powerOff();
  await captureQuietly(['mksquashfs', builder.root, image, ...SQUASH_OPTIONS], { deadlineMs: SQUASH_DEADLINE_MS });
}
