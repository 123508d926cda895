import type { Option } from '../cli/arguments.ts';
import { OperatorError } from '../cli/errors.ts';
import { choice } from '../cli/values.ts';
import { requireTools, type Tool } from './tools.ts';

/** The ways to connect to an instance that has no public address, in order of preference, and what each needs. */
const NEEDS = {
  'session-manager': ['ssh', 'ssh-keygen', 'aws', 'session-manager-plugin'],
  endpoint: ['ssh', 'ssh-keygen', 'aws'],
  bastion: ['ssh', 'ssh-keygen'],
} as const satisfies Record<string, readonly Tool[]>;

export type Connection = keyof typeof NEEDS;

export const CONNECTIONS = Object.keys(NEEDS) as Connection[];

/** The `--via` option. */
export const VIA_OPTION = {
  value: '<connection>',
  default: 'auto',
  schema: choice(['auto', ...CONNECTIONS]),
  help: `${CONNECTIONS.join(', ')}, or auto: the first of them that works from here`,
} as const satisfies Option;

/** Chooses the requested connection, or the first that works from here. The bastion is last: it must be started. */
export function chooseConnection(
  requested: Connection | 'auto',
  { tools, hasEndpoint }: { readonly tools: ReadonlySet<Tool>; readonly hasEndpoint: boolean },
): Connection {
  const works = (connection: Connection) =>
    NEEDS[connection].every((tool) => tools.has(tool)) && (connection !== 'endpoint' || hasEndpoint);
  const connection = requested === 'auto' ? (CONNECTIONS.find(works) ?? 'bastion') : requested;
  requireTools(connection, NEEDS[connection], tools);
  if (connection === 'endpoint' && !hasEndpoint) {
    throw new OperatorError('the network has no EC2 Instance Connect Endpoint that is ready: use another --via');
  }
  return connection;
}
