import { join } from 'node:path';
import { type CommandLine, captureQuietly } from '../cli/run.ts';
import { waitQuietly } from '../cli/wait.ts';
import type { ContainerFile } from './container.ts';
import type { NetworkNamespace } from './network-namespace.ts';

/** Every container makes its host key at first boot and lives for minutes, so that host keys are not checked. */
const HOST_KEY_OPTIONS = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'];
const SSH_OPTIONS = ['BatchMode=yes', 'LogLevel=ERROR', 'ConnectTimeout=5', ...HOST_KEY_OPTIONS];
const SSH_DEADLINE_MS = 60_000;

/** A key pair with which a sandbox logs in as `admin`, as with EC2's key pairs. */
export type SshKey = Awaited<ReturnType<typeof makeSshKey>>;

/** Makes a key pair in a directory. */
export async function makeSshKey(directory: string) {
  const privateKey = join(directory, 'id_ed25519');
  await captureQuietly(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'sandbox', '-f', privateKey]);
  return { privateKey, publicKey: await captureQuietly(['ssh-keygen', '-y', '-f', privateKey]) };
}

/** The file that admits a key as `admin`; sshd accepts it when root owns it. */
export function authorizedKeys(key: SshKey): ContainerFile {
  return { path: '/home/admin/.ssh/authorized_keys', text: key.publicKey };
}

/** The command line that runs another one on a host, from a namespace, `through` a bastion that never gets the key. */
export function sshCommand(from: NetworkNamespace, key: SshKey, host: string, line: CommandLine, through?: string) {
  const keyOptions = ['IdentitiesOnly=yes', `IdentityFile=${key.privateKey}`];
  const flags = [...keyOptions, ...SSH_OPTIONS].flatMap((option) => ['-o', option]);
  const jump = through === undefined ? [] : ['-o', `ProxyCommand=ssh ${flags.join(' ')} -W %h:%p admin@${through}`];
  return from.inside(['ssh', ...flags, ...jump, `admin@${host}`, ...line]);
}

/** Waits until a host admits the key. */
export async function waitForSsh(from: NetworkNamespace, key: SshKey, host: string): Promise<void> {
  const line = sshCommand(from, key, host, ['true']);
  const isAdmitted = async () => (await captureQuietly(line).catch(() => undefined)) !== undefined;
  await waitQuietly(`sshd on ${host} to admit admin`, isAdmitted, SSH_DEADLINE_MS);
}
