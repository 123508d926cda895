import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CommandLine, startBackground } from '../cli/run.ts';
import type { Undo } from '../cli/undo.ts';
import { waitQuietly } from '../cli/wait.ts';
import { cgroupNamed } from './cgroup.ts';
import { mountOverlay } from './mounts.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import { nameInRun } from './run-name.ts';

/** How a container is started. */
interface ContainerOptions {
  readonly name: string;
  /** Root of a mounted image, shared with other containers. */
  readonly image: string;
  readonly namespace: NetworkNamespace;
  /** Directory for its writable layer and its console log. */
  readonly directory: string;
  /** Files that are written before it boots. */
  readonly files: readonly ContainerFile[];
}

/** A file that is written into a container before it boots; mode 0o644 unless another is given. */
export interface ContainerFile {
  readonly path: string;
  readonly text: string;
  readonly mode?: number;
}

/** A running system container. */
export type Container = Awaited<ReturnType<typeof bootContainer>>;

const POWER_OFF_DEADLINE_MS = 60_000;

/** Boots an image by systemd-nspawn on an overlay, in a network namespace and a cgroup; does not wait until it serves. */
export async function bootContainer({ name, image, namespace, directory, files }: ContainerOptions, undo: Undo) {
  const root = await mountOverlay(image, join(directory, name), undo);
  await writeFile(join(root, 'etc/hostname'), `${name}\n`);
  await writeFile(join(root, 'etc/hosts'), `127.0.0.1 localhost\n127.0.1.1 ${name}\n`);
  for (const { path, text, mode = 0o644 } of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { mode });
  }
  const cgroup = cgroupNamed(nameInRun(name));
  undo.later(`container ${name}`, cgroup.remove);
  await cgroup.make();
  const log = join(directory, `${name}.console.log`);
  const { child, stop } = startBackground(cgroup.inside(nspawnCommand(name, root, namespace)), { log });
  return {
    root,
    cgroup,
    /** Shuts down in order, as EC2 does when an instance is stopped. */
    powerOff: async () => {
      child.kill('SIGTERM');
      const isOff = () => child.exitCode !== null || child.signalCode !== null;
      await waitQuietly(`the container to power off (see ${log})`, isOff, POWER_OFF_DEADLINE_MS);
    },
    /** Ends all its processes at once, as when the hardware is lost. */
    cutPower: async () => {
      await cgroup.kill();
      await stop();
    },
  };
}

/** The command line that boots a root directory as a system. */
export function nspawnCommand(name: string, root: string, namespace: NetworkNamespace): CommandLine {
  return [
    'systemd-nspawn',
    '--quiet',
    '--boot',
    // Without systemd as the host's PID 1, nothing can make a unit or register a machine.
    '--keep-unit',
    '--register=no',
    '--link-journal=no',
    '--timezone=off',
    '--resolv-conf=off',
    '--console=pipe',
    // For the image's firewall; when a namespace is given, nspawn does not grant it by itself.
    '--capability=CAP_NET_ADMIN',
    `--network-namespace-path=${namespace.path}`,
    `--machine=${name}`,
    `--directory=${root}`,
  ];
}
