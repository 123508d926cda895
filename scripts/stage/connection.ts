import type { ValueOption } from '../cli/arguments.ts';
import { OperatorError } from '../cli/errors.ts';
import { choice } from '../cli/values.ts';
import { requireTools, type Tool } from './tools.ts';

/** The ways to connect to an instance that has no public address, in order of preference. */
export const CONNECTIONS = ['session-manager', 'endpoint', 'bastion'] as const;

export type Connection = (typeof CONNECTIONS)[number];

/** The `--via` option. */
export const VIA_OPTION = {
  type: 'string',
  value: '<connection>',
  default: 'auto',
  schema: choice(['auto', ...CONNECTIONS]),
  help: `${CONNECTIONS.join(', ')}, or auto: the first of them that works from here`,
} as const satisfies ValueOption;

/** What is available for a connection. */
export interface Available {
  /** Programs that this machine has. */
  readonly tools: ReadonlySet<Tool>;
  /** Whether the network has an EC2 Instance Connect Endpoint. */
  readonly hasEndpoint: boolean;
}

const NEEDS: Readonly<Record<Connection, readonly Tool[]>> = {
  'session-manager': ['ssh', 'ssh-keygen', 'aws', 'session-manager-plugin'],
  endpoint: ['ssh', 'ssh-keygen', 'aws'],
  bastion: ['ssh', 'ssh-keygen'],
};

/**
 * Chooses the connection: the requested one, else the first that works from here. Session Manager comes first, because
 * it opens no port and its sessions are logged. The bastion comes last: it must be started and reachable from here.
 */
export function chooseConnection(requested: Connection | 'auto', { tools, hasEndpoint }: Available): Connection {
  const works = (connection: Connection) =>
    NEEDS[connection].every((tool) => tools.has(tool)) && (connection !== 'endpoint' || hasEndpoint);
  const connection = requested === 'auto' ? (CONNECTIONS.find(works) ?? 'bastion') : requested;
  requireTools(connection, NEEDS[connection], tools);
  if (connection === 'endpoint' && !hasEndpoint) {
    throw new OperatorError('the network has no EC2 Instance Connect Endpoint that is ready: use another --via');
  }
  return connection;
}
