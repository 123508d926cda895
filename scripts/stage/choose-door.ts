import { OperatorError, UsageError } from '../cli/errors.ts';
import { requireTools, type Tool } from './tools.ts';

/** The ways to an instance that has no public address. */
export const DOORS = ['session-manager', 'endpoint', 'bastion'] as const;

export type Door = (typeof DOORS)[number];

/** What decides over the door. */
export interface Surroundings {
  /** Programs that this machine has. */
  readonly tools: ReadonlySet<Tool>;
  /** Whether the network has an EC2 Instance Connect Endpoint. */
  readonly hasEndpoint: boolean;
}

const NEEDS: Readonly<Record<Door, readonly Tool[]>> = {
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
  const isOpen = (door: Door) => NEEDS[door].every((tool) => tools.has(tool)) && (door !== 'endpoint' || hasEndpoint);
  const door = asked === 'auto' ? (DOORS.find(isOpen) ?? 'bastion') : asked;
  requireTools(door, NEEDS[door], tools);
  if (door === 'endpoint' && !hasEndpoint) {
    throw new OperatorError('the network has no EC2 Instance Connect Endpoint that is ready: use another --via');
  }
  return door;
}
