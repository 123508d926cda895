import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instance } from '../aws/ec2.ts';
import { pushKey } from '../aws/instance-connect.ts';
import { type CommandLine, commandText, run } from '../cli/run.ts';
import { reachableBastion, stopText } from './bastion.ts';
import type { Connection } from './connection.ts';

/** Users that may log in to the images: Debian's on the app instances, Amazon Linux's on the bastion. */
const USERS = { app: 'admin', bastion: 'ec2-user' } as const;

/** Where a session goes, and with which key. */
interface Session {
  readonly connection: Connection;
  readonly instance: Instance;
  /** @default - the connection does not use it */
  readonly bastion?: Instance | undefined;
  readonly keyFile: string;
  /** Host keys by instance id, apart from the operator's own file, because private addresses are reused. */
  readonly knownHostsFile: string;
  /** Empty for an interactive shell. */
  readonly command: readonly string[];
}

/** Opens a session with a key pair that is pushed just before and removed just after. */
export async function openSession(
  { bastionGroup, ...session }: Omit<Session, 'bastion' | 'keyFile'> & { readonly bastionGroup: string },
  access = { port: 22, deadlineMs: 90_000 },
): Promise<void> {
  const { instance, connection } = session;
  const bastion = connection === 'bastion' ? await reachableBastion(bastionGroup, access) : undefined;
  // Only this user can read the folder, which is removed however the session ends.
  await using folder = await mkdtempDisposable(join(tmpdir(), 'stampede-ssh-'));
  const keyFile = join(folder.path, 'key');
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'stampede-session', '-f', keyFile]);
  const publicKey = await readFile(`${keyFile}.pub`, 'utf8');
  console.error(`Pushing a key that is valid for 60 s, then connecting to ${instance.id} by ${connection}`);
  if (bastion) {
    console.error(`The session ends with the bastion. ${stopText(bastion)}`);
    await pushKey(bastion.id, USERS.bastion, publicKey);
  }
  await pushKey(instance.id, USERS.app, publicKey);
  await run(sshLine({ ...session, bastion, keyFile }));
  if (bastion) console.error('The bastion keeps running for now: npm run bastion -- park stops it');
}

/** The ssh command line of a session. */
export function sshLine(session: Session): CommandLine {
  const { instance, command } = session;
  return [
    'ssh',
    ...identity(session, instance),
    ...['-o', `ProxyCommand=${commandText(proxyLine(session))}`],
    `${USERS.app}@${instance.id}`,
    ...(command.length > 0 ? ['--', ...command] : []),
  ];
}

/** The program that carries the bytes to the instance's port 22. */
function proxyLine(session: Session): CommandLine {
  const { connection, instance, bastion } = session;
  if (connection === 'session-manager') {
    const document = ['--document-name', 'AWS-StartSSHSession', '--parameters', 'portNumber=22'];
    return ['aws', 'ssm', 'start-session', '--target', instance.id, ...document];
  }
  if (connection === 'endpoint') return ['aws', 'ec2-instance-connect', 'open-tunnel', '--instance-id', instance.id];
  if (!bastion) throw new Error('a session through the bastion needs the bastion');
  const to = `${instance.privateIp}:22`;
  return ['ssh', ...identity(session, bastion), '-W', to, `${USERS.bastion}@${bastion.publicIp}`];
}

/** Offers only this key. A host's key is accepted at the first connection and required from then on. */
function identity({ keyFile, knownHostsFile }: Session, host: Instance): string[] {
  const options = [
    'IdentitiesOnly=yes',
    `HostKeyAlias=${host.id}`,
    `UserKnownHostsFile=${knownHostsFile}`,
    'StrictHostKeyChecking=accept-new',
    'ConnectTimeout=20',
  ];
  return ['-i', keyFile, ...options.flatMap((option) => ['-o', option])];
}
