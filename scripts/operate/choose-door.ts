import { OperatorError, UsageError } from '../cli/errors.ts';

/** The ways to an instance that has no public address. */
export const DOORS = ['session-manager', 'endpoint', 'bastion'] as const;

export type Door = (typeof DOORS)[number];

/** What decides over the door. */
export interface Surroundings {
  /** Programs of {@link TOOLS} that this machine has. */
  readonly tools: ReadonlySet<string>;
  /** Whether the network has an EC2 Instance Connect Endpoint. */
  readonly hasEndpoint: boolean;
}

/** Programs that `ssh` starts, and where to get them. */
export const TOOLS: Readonly<Record<string, string>> = {
  ssh: 'install OpenSSH',
  'ssh-keygen': 'install OpenSSH',
  aws: 'install the AWS CLI, version 2: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html',
  'session-manager-plugin':
    'install it: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html',
};

const NEEDS: Readonly<Record<Door, readonly string[]>> = {
  'session-manager': ['ssh', 'ssh-keygen', 'aws', 'session-manager-plugin'],
  endpoint: ['ssh', 'ssh-keygen', 'aws'],
  bastion: ['ssh', 'ssh-keygen'],
};

/** Reads the `--via` option. */
export function parseDoor(text: string): Door | 'auto' {
  const door = (['auto', ...DOORS] as const).find((name) => name === text);
  if (!door) throw new UsageError(`--via is '${text}': expected auto, ${DOORS.join(', ')}`);
  return door;
}

/**
 * Picks the door: the one asked for, else the first that works from here. Session Manager comes first, for it opens no
 * port and its sessions are logged; the bastion last, for it must be woken and seen from here.
 */
export function chooseDoor(asked: Door | 'auto', { tools, hasEndpoint }: Surroundings): Door {
  const missing = (door: Door) => NEEDS[door].filter((tool) => !tools.has(tool));
  const isOpen = (door: Door) => missing(door).length === 0 && (door !== 'endpoint' || hasEndpoint);
  const door = asked === 'auto' ? (DOORS.find(isOpen) ?? 'bastion') : asked;
  const [tool] = missing(door);
  if (tool) throw new OperatorError(`${door} needs ${tool}, which is not on the PATH: ${TOOLS[tool]}`);
  if (!isOpen(door)) {
    throw new OperatorError('the network has no EC2 Instance Connect Endpoint that is ready: use another --via');
  }
  return door;
}
