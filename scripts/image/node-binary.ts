import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../cli/errors.ts';
import { executeQuietly } from '../machine/execute.ts';
import { type Architecture, NODE_PACKAGES } from './architecture.ts';
import { type LockFile, lockedPackage } from './lock-file.ts';

/** Puts the locked Node of an architecture into `bin`, which need not be this machine's. */
export async function stageNode(
  lock: LockFile,
  architecture: Architecture,
  directory: string,
  bin: string,
): Promise<void> {
  const name = NODE_PACKAGES[architecture];
  const { version, integrity } = lockedPackage(lock, name);
  const pack = ['npm', 'pack', `${name}@${version}`, '--prefer-offline', '--silent', '--pack-destination', directory];
  const file = (await executeQuietly(pack as [string, ...string[]], { deadlineMs: 300_000 })).trim();
  const tarball = join(directory, file);
  requireIntegrity(await readFile(tarball), integrity, `${name}@${version}`);
  await mkdir(bin, { recursive: true });
  await executeQuietly([
    'tar',
    '--extract',
    '--file',
    tarball,
    '--directory',
    bin,
    '--strip-components=2',
    'package/bin/node',
  ]);
  await chmod(join(bin, 'node'), 0o755);
}

/** Checks a tarball against the lock file's checksum. */
export function requireIntegrity(tarball: Uint8Array, integrity: string | undefined, what: string): void {
  const got = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  if (got === integrity) return;
  throw new OperatorError(`${what} has checksum ${got}, expected ${integrity} of package-lock.json: do not use it`);
}
