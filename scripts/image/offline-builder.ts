import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Container } from '../machine/container.ts';
import { executeLogged, executeQuietly } from '../machine/execute.ts';
import { startTestDatabase } from '../machine/fixtures.ts';
import { makeNamespace } from '../machine/network-namespace.ts';
import { nameInRun } from '../machine/run-name.ts';
import type { Sandbox } from '../machine/sandbox.ts';
import { authorizedKeys } from '../machine/ssh.ts';
import { type Bake, bakeVariables, packerCommand } from './packer-command.ts';

const HOST_KEYS_UNIT = 'etc/systemd/system/ssh.service.d/10-host-keys.conf';

/**
 * Runs the provisioners of packer.pkr.hcl on a machine that has no uplink at all, and seals its root into a squashfs.
 *
 * @param image file that becomes the sealed image
 */
export async function bakeOffline(
  bake: Bake,
  baseRoot: string,
  image: string,
  { directory, key, undo }: Sandbox,
): Promise<void> {
  const namespace = await makeNamespace(nameInRun('builder'), undo);
  await startTestDatabase({ host: '127.0.0.1', port: bake.databasePort, table: 'bake' }, undo, namespace.inside);
  // Debian's cloud image makes host keys by cloud-init; here the image's own unit does it from the start.
  const hostKeys = { path: HOST_KEYS_UNIT, text: await readFile(join('ami/files', HOST_KEYS_UNIT), 'utf8') };
  const files = [authorizedKeys(key), hostKeys];
  const builder = await Container.boot({ name: 'builder', image: baseRoot, namespace, directory, files }, undo);

  const variables = {
    ...bakeVariables(bake),
    offline_ssh_key: key.privateKey,
    // Not the file that a deployment reads: what is made here is no AMI.
    manifest: join(bake.factsDirectory, 'manifest.json'),
  };
  await mkdir(bake.factsDirectory, { recursive: true });
  // The one file, not the folder: Debian's Packer cannot read plugins.pkr.hcl.
  const command = packerCommand('build', 'null.offline', variables, 'packer.pkr.hcl');
  await executeLogged(namespace.inside(command), join(bake.factsDirectory, 'packer.log'));

  await builder.powerOff();
  await executeQuietly(squashCommand(builder.root, image), { deadlineMs: 180_000 });
}

/** The command line that packs a root directory into an image file. */
export function squashCommand(root: string, image: string) {
  return [
    'mksquashfs',
    root,
    image,
    '-comp',
    'zstd',
    '-Xcompression-level',
    '3',
    '-quiet',
    '-no-progress',
    '-noappend',
  ] as const;
}
