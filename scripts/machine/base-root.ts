import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { captureQuietly } from '../cli/run.ts';
import type { ContainerFile } from './container.ts';
import { authorizedKeys, type SshKey } from './ssh.ts';

/**
 * Packages of Debian's cloud image that configure the system, besides `ami/packages.txt`, so that the image spec meets
 * them before it does on AWS: `config_space` of https://salsa.debian.org/cloud-team/debian-cloud-images. Without a data
 * source cloud-init stays disabled.
 */
const CLOUD_IMAGE_PACKAGES = [
  'amazon-ec2-utils',
  'apparmor',
  'cloud-init',
  'dbus',
  'libpam-systemd',
  'netplan.io',
  'polkitd',
  'systemd-resolved',
  'systemd-sysv',
  'unattended-upgrades',
];
const HOST_KEYS_UNIT = 'etc/systemd/system/ssh.service.d/10-host-keys.conf';
const MMDEBSTRAP_DEADLINE_MS = 600_000;

/** Makes the root that replaces Debian's cloud image offline, or finds it. Nothing may be written into its directory. */
export async function makeBaseRoot(cacheDirectory: string): Promise<string> {
  const codename = /^DEBIAN_CODENAME=(\w+)$/m.exec(await readFile('ami/versions.sh', 'utf8'))?.[1];
  if (!codename) throw new Error('ami/versions.sh has no DEBIAN_CODENAME');
  const lines = (await readFile('ami/packages.txt', 'utf8')).split('\n');
  const packages = [...CLOUD_IMAGE_PACKAGES, ...lines.filter((line) => line !== '' && !line.startsWith('#'))];
  const command = [
    'mmdebstrap',
    '--quiet',
    '--variant=minbase',
    `--include=${packages.join(',')}`,
    // The user `admin` with sudo, as in the cloud image.
    '--customize-hook=chroot "$1" useradd --create-home --shell /bin/bash --groups sudo admin',
    '--customize-hook=echo "admin ALL=(ALL) NOPASSWD:ALL" >"$1/etc/sudoers.d/90-admin"',
    '--customize-hook=rm -f "$1"/etc/ssh/ssh_host_* && : >"$1/etc/machine-id"',
    codename,
  ] as const;
  const root = join(cacheDirectory, `base-${hash('sha256', command.join(' ')).slice(0, 12)}`);
  if (existsSync(root)) return root;

  const unfinished = `${root}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await captureQuietly([...command, unfinished], { deadlineMs: MMDEBSTRAP_DEADLINE_MS });
  await rename(unfinished, root);
  return root;
}

/** Files with which a base root admits a key. In the cloud image cloud-init makes host keys; here the image's unit does. */
export async function baseRootFiles(key: SshKey): Promise<ContainerFile[]> {
  return [
    authorizedKeys(key),
    { path: HOST_KEYS_UNIT, text: await readFile(join('ami/files', HOST_KEYS_UNIT), 'utf8') },
  ];
}
