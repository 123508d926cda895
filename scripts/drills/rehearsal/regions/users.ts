import { join } from 'node:path';
import { execa } from 'execa';
import { REGION_HEALTH_CHECK } from '../../../../infra/contract.ts';
import { HEALTH_PATH } from '../../../../server/contract.ts';
import { waitQuietly } from '../../../cli/wait.ts';
import { makeNamespace } from '../../../machine/network-namespace.ts';
import { nameInRun } from '../../../machine/run-name.ts';
import { OUTSIDE } from '../stage/network.ts';
import { scaledMs, TIME_FACTORS } from '../stage/stage-facts.ts';
import { REGIONS, type TwoRegions } from './two-regions.ts';
import { type UserEvent, type UsersConfig, userEventSchema } from './users-process.ts';

const START_DEADLINE_MS = 30_000;
/** Of an alias record of a load balancer. */
const TTL_S = 60;
const REQUEST_TIMEOUT_MS = 10_000;
const REQUESTS_PER_S = 10;

/** Milliseconds here, of times that are compressed like those of the load balancer. */
export const DNS_MS = {
  healthCheck: scaledMs(
    REGION_HEALTH_CHECK.intervalS * REGION_HEALTH_CHECK.failureThreshold,
    TIME_FACTORS.loadBalancer,
  ),
  ttl: scaledMs(TTL_S, TIME_FACTORS.loadBalancer),
} as const;

/** The users while they send requests. */
export type Users = Awaited<ReturnType<typeof startUsers>>;

/** Starts users near each region, and the health checks of the latency records; resolves when all are answered. */
export async function startUsers({ home, other, sandbox: { undo } }: TwoRegions) {
  const namespace = await makeNamespace(nameInRun('users'), undo);
  const [near, far] = REGIONS;
  await home.network.connect(namespace, OUTSIDE.users, 'eth0', near.vpcCidr);
  await other.network.connect(namespace, OUTSIDE.users, 'eth1', far.vpcCidr);
  const config: UsersConfig = {
    addresses: { [near.region]: home.loadBalancer.address, [far.region]: other.loadBalancer.address },
    healthCheck: {
      path: HEALTH_PATH,
      intervalMs: scaledMs(REGION_HEALTH_CHECK.intervalS, TIME_FACTORS.loadBalancer),
      failureThreshold: REGION_HEALTH_CHECK.failureThreshold,
    },
    ttlMs: DNS_MS.ttl,
    groups: [
      { nearest: [near.region, far.region], requestsPerS: REQUESTS_PER_S },
      { nearest: [far.region, near.region], requestsPerS: REQUESTS_PER_S },
    ],
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  };
  const script = join(import.meta.dirname, 'users-process.ts');
  const [program, ...words] = namespace.inside([process.execPath, script, JSON.stringify(config)]);
  const child = execa(program, words, { stdio: ['ignore', 'pipe', 'inherit'], detached: true, reject: false });
  undo.later('the users', () => void child.kill('SIGKILL'));
  const events: UserEvent[] = [];
  const follow = async () => {
    for await (const line of child) if (line !== 'ready') events.push(userEventSchema.parse(JSON.parse(line)));
  };
  const following = follow();
  const answers = () => events.filter((event) => event.kind === 'answer');
  const isServed = (region: string) => answers().some((answer) => answer.region === region && answer.status === 201);
  await waitQuietly(
    'users near both regions to be served',
    () => REGIONS.every(({ region }) => isServed(region)),
    START_DEADLINE_MS,
  );
  return {
    namespace,
    answers,
    /** Changes of the health checks. */
    healthChanges: () => events.filter((event) => event.kind === 'health'),
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    /** Sends nothing more; resolves when the last event is known. A request in flight may be stored without an answer. */
    stop: async () => {
      child.kill('SIGTERM');
      await following;
    },
  };
}
