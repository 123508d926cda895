import { join } from 'node:path';
import type { CommandLine } from '../cli/run.ts';
import type { ContainerFile } from './container.ts';
import { executeQuietly } from './execute.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import { waitQuietly } from './wait.ts';

/** A key pair that lets a rehearsal log in as `admin`, as EC2's key pairs and cloud-init do. */
export interface SshKey {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** Makes a key pair in a directory. */
export async function makeSshKey(directory: string): Promise<SshKey> {
  const privateKey = join(directory, 'id_ed25519');
  await executeQuietly(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'rehearsal', '-f', privateKey]);
  return { privateKey, publicKey: await executeQuietly(['ssh-keygen', '-y', '-f', privateKey]) };
}

/** The file by which `admin` lets a key in; sshd takes it from root as well as from admin. */
export function authorizedKeys(key: SshKey): ContainerFile {
  return { path: '/home/admin/.ssh/authorized_keys', text: key.publicKey };
}

/**
 * The command line that runs another one on a host, from inside a namespace.
 *
 * @param through a bastion that only carries the bytes; the key never gets there
 */
export function sshCommand(
  from: NetworkNamespace,
  key: SshKey,
  host: string,
  line: CommandLine,
  through?: string,
): CommandLine {
  const options = {
    BatchMode: 'yes',
    IdentitiesOnly: 'yes',
    IdentityFile: key.privateKey,
    // Every instance makes its host key at first boot and lives for minutes.
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
    ConnectTimeout: '5',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const jump = through === undefined ? [] : ['-o', `ProxyCommand=ssh ${flags.join(' ')} -W %h:%p admin@${through}`];
  return from.inside(['ssh', ...flags, ...jump, `admin@${host}`, ...line]);
}

const SSH_DEADLINE_MS = 60_000;

/** Waits until a host lets the key in. */
export async function waitForSsh(from: NetworkNamespace, key: SshKey, host: string): Promise<void> {
  const line = sshCommand(from, key, host, ['true']);
  const isOpen = () =>
    executeQuietly(line).then(
      () => true,
      () => false,
    );
  await waitQuietly(`sshd on ${host} to let admin in`, isOpen, SSH_DEADLINE_MS);
}
