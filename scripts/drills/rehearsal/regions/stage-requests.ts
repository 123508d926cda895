import { z } from 'zod';
import { PORT } from '../../../../server/contract.ts';
import { captureQuietly } from '../../../cli/run.ts';
import type { NetworkNamespace } from '../../../machine/network-namespace.ts';
import type { Stage } from '../stage/stage.ts';

const REQUEST_TIMEOUT_S = 10;

const listingSchema = z.object({ settledUntil: z.string().optional() });

/** An answer of the service. */
export interface StageAnswer {
  readonly status: number;
  readonly body: string;
}

/** Sends a request to the load balancer of a region, from a network that reaches it. */
export async function requestOf(
  namespace: NetworkNamespace,
  { loadBalancer }: Stage,
  path: string,
  options: readonly string[] = [],
): Promise<StageAnswer> {
  const line = [
    'curl',
    '--silent',
    '--max-time',
    `${REQUEST_TIMEOUT_S}`,
    '--write-out',
    '\n%{http_code}',
    '--header',
    'Accept: application/json',
  ] as const;
  const output = await captureQuietly(namespace.inside([...line, ...options, `http://${loadBalancer.address}${path}`]));
  const end = output.lastIndexOf('\n');
  return { status: Number(output.slice(end + 1)), body: output.slice(0, end) };
}

/** The time before which a region's listing is complete; undefined while that is unknown. */
export async function readSettledUntil(namespace: NetworkNamespace, stage: Stage): Promise<string | undefined> {
  const token = ['--header', `Authorization: Bearer ${stage.readToken}`];
  const { body } = await requestOf(namespace, stage, '/app?limit=1&consistent=true', token);
  return listingSchema.parse(JSON.parse(body)).settledUntil;
}

/** The metric `ReplicationLag` of an instance, in seconds; undefined while it is unknown. */
export async function readReplicationLagS({ fleet }: Stage): Promise<number | undefined> {
  const { namespace } = fleet.anyInService().attachment;
  const text = await captureQuietly(namespace.inside(['curl', '--silent', `http://127.0.0.1:${PORT}/metrics`]));
  const lagS = /^stampede_replication_lag\S* (\S+)$/m.exec(text)?.[1];
  return lagS === undefined ? undefined : Number(lagS);
}
