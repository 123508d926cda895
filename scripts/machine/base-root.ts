import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandLine, captureQuietly } from '../cli/run.ts';

/** Packages of Debian's cloud image that the image needs, besides `ami/packages.txt`. */
const CLOUD_IMAGE_PACKAGES = ['systemd-sysv', 'dbus', 'libpam-systemd'];

const MMDEBSTRAP_DEADLINE_MS = 600_000;

/**
 * Makes the root that replaces Debian's cloud image offline, or finds the one made before from the same packages.
 * It has the user `admin` with sudo, as the cloud image has.
 *
 * @returns the root's directory; nothing may be written into it
 */
export async function makeBaseRoot(cacheDirectory: string): Promise<string> {
  const codename = /^DEBIAN_CODENAME=(\w+)$/m.exec(await readFile('ami/versions.sh', 'utf8'))?.[1];
  if (!codename) throw new Error('ami/versions.sh has no DEBIAN_CODENAME');
  const command = mmdebstrapCommand(codename, await basePackages());
  const root = join(cacheDirectory, `base-${hash('sha256', command.join(' ')).slice(0, 12)}`);
  if (existsSync(root)) return root;

  const unfinished = `${root}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await captureQuietly([...command, unfinished], { deadlineMs: MMDEBSTRAP_DEADLINE_MS });
  await rename(unfinished, root);
  return root;
}

async function basePackages(): Promise<string[]> {
  const lines = (await readFile('ami/packages.txt', 'utf8')).split('\n');
  return [...CLOUD_IMAGE_PACKAGES, ...lines.filter((line) => line !== '' && !line.startsWith('#'))];
}

/** The command line that makes a bootable Debian, without the directory at its end. */
function mmdebstrapCommand(codename: string, packages: readonly string[]): CommandLine {
  return [
    'mmdebstrap',
    '--quiet',
    '--variant=minbase',
    `--include=${packages.join(',')}`,
    '--customize-hook=chroot "$1" useradd --create-home --shell /bin/bash --groups sudo admin',
    '--customize-hook=echo "admin ALL=(ALL) NOPASSWD:ALL" >"$1/etc/sudoers.d/90-admin"',
    '--customize-hook=rm -f "$1"/etc/ssh/ssh_host_* && : >"$1/etc/machine-id"',
    codename,
  ];
}
