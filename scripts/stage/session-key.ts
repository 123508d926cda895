import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../cli/run.ts';
import { makeKeyLine } from './ssh-commands.ts';

/** A key pair that exists for one session. */
export interface SessionKey {
  readonly keyFile: string;
  readonly publicKey: string;
}

/** Makes a key pair in a folder that only this user can read, and removes it after `session`, however that ended. */
export async function withSessionKey(session: (key: SessionKey) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-ssh-'));
  try {
    const keyFile = join(folder, 'key');
    await run(makeKeyLine(keyFile));
    await session({ keyFile, publicKey: await readFile(`${keyFile}.pub`, 'utf8') });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
