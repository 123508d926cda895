import { once } from 'node:events';
import { connect } from 'node:net';
import { capture } from '../cli/run.ts';
import { compare, type Finding } from './finding.ts';
import { isOpen, type Place, PORTS, type Target } from './openings.ts';

/** Addresses of a stage. A target that is undefined does not run, and is left out. */
export type Addresses = Readonly<Partial<Record<Target, string>>>;

/** A filtered packet is dropped, so that the client waits; an open port answers within a round trip. */
export const REFUSED_AFTER_S = 3;

/** An address and a port, in the notation of bash: `10.20.16.11/22`. */
type Endpoint = `${string}/${number}`;

/** Finds out which endpoints accept a connection. */
export type TryPorts = (endpoints: readonly Endpoint[]) => Promise<ReadonlySet<string>>;

/** Tries every port of a stage from a place. */
export async function probePorts(from: Place, addresses: Addresses, hasTls: boolean, tryPorts: TryPorts) {
  const tried = PORTS.flatMap(([target, port]) => {
    const address = addresses[target];
    // No rule of the network applies to what the bastion sends to itself.
    return address === undefined || target === from ? [] : [{ target, port, endpoint: `${address}/${port}` as const }];
  });
  const open = await tryPorts(tried.map(({ endpoint }) => endpoint));
  return tried.map(({ target, port, endpoint }): Finding => {
    const text = (isItOpen: boolean) => (isItOpen ? 'connected' : 'refused');
    const expected = text(isOpen(from, target, port, hasTls));
    return compare(`port ${port} of the ${target} from the ${from}`, text(open.has(endpoint)), expected);
  });
}

/** Connects from this machine. */
export const tryFromHere: TryPorts = async (endpoints) => {
  const results = await Promise.all(endpoints.map(async (endpoint) => ((await accepts(endpoint)) ? [endpoint] : [])));
  return new Set(results.flat());
};

async function accepts(endpoint: Endpoint): Promise<boolean> {
  const [host, port] = endpoint.split('/');
  const socket = connect({ host, port: Number(port) });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(REFUSED_AFTER_S * 1_000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Connects from where a command runs a line of shell, such as `npm run ssh -- 1a --`. */
export function tryThrough(command: readonly [string, ...string[]]): TryPorts {
  return async (endpoints) => {
    const attempt = `timeout ${REFUSED_AFTER_S} bash -c "exec 3<>/dev/tcp/$to" 2>/dev/null && echo "open $to"`;
    const script = `for to in ${endpoints.join(' ')}; do ${attempt}; done; echo tried`;
    const lines = (await capture([...command, script])).split('\n').map((line) => line.trim());
    if (!lines.includes('tried')) throw new Error(`${command.join(' ')} did not run the attempts to their end`);
    return new Set(lines.flatMap((line) => (line.startsWith('open ') ? [line.slice('open '.length)] : [])));
  };
}
