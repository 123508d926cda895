import type { Instance } from '../aws/ec2-instances.ts';
import { type CommandLine, commandText } from '../cli/run.ts';
import type { Connection } from './connection.ts';

/** Users that may log in to the images: Debian's on the app instances, Amazon Linux's on the bastion. */
export const USERS = { app: 'admin', bastion: 'ec2-user' } as const;

/** Where a session goes, and with which key. */
export interface Session {
  readonly connection: Connection;
  readonly instance: Instance;
  /** @default - the connection does not use it */
  readonly bastion?: Instance;
  readonly keyFile: string;
  /** Host keys by instance id, apart from the operator's own file, because private addresses are reused. */
  readonly knownHostsFile: string;
  /** @default - an interactive shell */
  readonly command?: readonly string[];
}

/** Creates the key pair of one session. */
export function makeKeyLine(keyFile: string): CommandLine {
  return ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'stampede-session', '-f', keyFile];
}

/** The ssh command line of a session. */
export function sshLine(session: Session): CommandLine {
  const { instance, command = [] } = session;
  const proxy = commandText(proxyLine(session));
  return [
    'ssh',
    ...identity(session, instance),
    ...['-o', `ProxyCommand=${proxy}`],
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
