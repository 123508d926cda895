import { HEALTH_PATH, PORT } from '../../server/contract.ts';
import type { CommandLine } from '../cli/run.ts';
import { executeQuietly } from './execute.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import { waitQuietly } from './wait.ts';

const HEALTHY_DEADLINE_MS = 60_000;

/** Waits for the health check's 200, asked from inside the instance's network. */
export async function waitUntilHealthy(namespace: NetworkNamespace, host = '127.0.0.1'): Promise<void> {
  const line = namespace.inside(healthCommand(host));
  const isHealthy = async () => (await executeQuietly(line).catch(() => '')) === '200';
  await waitQuietly(
    `http://${host}:${PORT}${HEALTH_PATH} in ${namespace.name} to answer 200`,
    isHealthy,
    HEALTHY_DEADLINE_MS,
  );
}

/** The command line that prints the status of the health check. */
export function healthCommand(host: string): CommandLine {
  const url = `http://${host}:${PORT}${HEALTH_PATH}`;
  return ['curl', '--silent', '--output', '/dev/null', '--max-time', '1', '--write-out', '%{http_code}', url];
}
