import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instance } from '../aws/ec2-instances.ts';
import { pushKey } from '../aws/instance-connect.ts';
import { run } from '../cli/run.ts';
import { type BastionAccess, reachableBastion } from './bastion.ts';
import type { Connection } from './connection.ts';
import { makeKeyLine, sshLine, USERS } from './ssh-commands.ts';

/** Which session to open. */
export interface SessionOptions {
  readonly instance: Instance;
  readonly connection: Connection;
  readonly bastionGroup: string;
  readonly knownHostsFile: string;
  readonly command: readonly string[];
}

/** Opens a session with a key pair that is pushed just before and removed just after. */
export async function openSession(options: SessionOptions, access?: BastionAccess): Promise<void> {
  const { instance, connection, bastionGroup, ...rest } = options;
  const bastion = connection === 'bastion' ? await reachableBastion(bastionGroup, access) : undefined;
  await withSessionKey(async (keyFile) => {
    const publicKey = await readFile(`${keyFile}.pub`, 'utf8');
    console.error(`Pushing a key that is valid for 60 s, then connecting to ${instance.id} by ${connection}`);
    if (bastion) await pushKey(bastion.id, USERS.bastion, publicKey);
    await pushKey(instance.id, USERS.app, publicKey);
    await run(sshLine({ ...rest, connection, instance, keyFile, ...(bastion && { bastion }) }));
  });
  if (bastion) console.error('The bastion keeps running: stop it with npm run bastion -- park');
}

/** Creates a key pair in a folder that only this user can read, and removes it after `session`, however that ended. */
async function withSessionKey(session: (keyFile: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-ssh-'));
  try {
    const keyFile = join(folder, 'key');
    await run(makeKeyLine(keyFile));
    await session(keyFile);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
