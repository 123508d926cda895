import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../cli/errors.ts';
import type { Undo } from '../cli/undo.ts';
import { nameInRun } from './run-name.ts';
import { makeSshKey, type SshKey } from './ssh.ts';
import { removeDirectory, sweepLeftOvers } from './sweep.ts';

/** What every rehearsal works with: a directory, a key to its instances, and the list of what to take away. */
export interface Sandbox {
  readonly directory: string;
  readonly key: SshKey;
  readonly undo: Undo;
}

/** Sets up a rehearsal on this machine, after taking away what killed ones have left. Needs root. */
export async function openSandbox(undo: Undo): Promise<Sandbox> {
  const user = process.getuid?.();
  if (user !== 0) throw new OperatorError(`user ${user} cannot make namespaces and mounts: run this as root on Debian`);
  await sweepLeftOvers();
  const directory = join(tmpdir(), nameInRun('run'));
  undo.later(directory, () => removeDirectory(directory));
  await mkdir(directory, { mode: 0o755 });
  return { directory, key: await makeSshKey(directory), undo };
}
