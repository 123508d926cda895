import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startBackground } from '../../../cli/run.ts';
import { waitQuietly } from '../../../cli/wait.ts';
import type { Sandbox } from '../../../machine/sandbox.ts';
import type { LoadBalancer, TargetGroup } from '../../../scaling/template/load-balancer.ts';
import type { Attachment } from './network.ts';
import { type StageFacts, scaledMs, TIME_FACTORS } from './stage-facts.ts';

const START_DEADLINE_MS = 15_000;
const BACKEND = 'app';
const ALGORITHMS: Readonly<Record<string, string>> = {
  least_outstanding_requests: 'leastconn',
  round_robin: 'roundrobin',
  weighted_random: 'random',
};

/** The load balancer while it runs. */
export type RunningLoadBalancer = Awaited<ReturnType<typeof startLoadBalancer>>;

/** Starts HAProxy. Its commands are lines of text for its admin socket, so a client library would add nothing. */
export async function startLoadBalancer(facts: StageFacts, { address, namespace }: Attachment, sandbox: Sandbox) {
  const { loadBalancer, targetGroup } = facts;
  const { directory, undo } = sandbox;
  const [socket, file] = [join(directory, 'haproxy.sock'), join(directory, 'haproxy.cfg')];
  const listen = `${address}:${loadBalancer.listeners[0]?.port ?? 80}`;
  await writeFile(file, haproxyConfig(loadBalancer, targetGroup, listen, socket));
  const log = join(directory, 'haproxy.log');
  undo.later('HAProxy', startBackground(namespace.inside(['haproxy', '-db', '-f', file]), { log }).stop);
  const ask = async (command: string) => await text(connect(socket).end(`${command}\n`));
  const send = async (commands: readonly string[]) => {
    for (const command of commands) await ask(command);
  };
  const isReady = async () => (await ask('show stat').catch(() => undefined)) !== undefined;
  await waitQuietly('HAProxy to take commands', isReady, START_DEADLINE_MS);
  return {
    address,
    /** Whether each target passes its health checks, by name. */
    states: async () => targetStates(await ask('show stat')),
    /** Registers a target; it gets requests once its health checks have passed. */
    register: (name: string, target: string) =>
      send(haproxyRegistration(name, target, targetGroup, TIME_FACTORS.loadBalancer)),
    /** Sends a target no new requests. */
    drain: (name: string) => send(haproxyDeregistration(name).drain),
    /** Deregisters a target and closes its connections. */
    remove: (name: string) => send(haproxyDeregistration(name).remove),
  };
}

/** A stage's load balancer as an HAProxy configuration; targets are registered while it runs. */
export function haproxyConfig(balancer: LoadBalancer, group: TargetGroup, listen: string, adminSocket: string) {
  const { healthCheck } = group;
  const idleMs = balancer.idleTimeoutS * 1000;
  return `global
  stats socket ${adminSocket} mode 600 level admin

defaults
  mode http
  option http-keep-alive
  timeout connect 5s
  timeout client ${idleMs}ms
  timeout server ${idleMs}ms
  timeout http-request ${idleMs}ms
  timeout check ${healthCheck.timeoutS * 1000}ms

frontend listener
  bind ${listen}
  option forwardfor
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Port %[dst_port]
  http-request set-header X-Amzn-Trace-Id Root=1-%{+X}Ts-%[uuid,regsub(-,,g),bytes(0,24)] unless { req.hdr(X-Amzn-Trace-Id) -m found }
  default_backend ${BACKEND}

backend ${BACKEND}
  balance ${ALGORITHMS[group.algorithm] ?? 'roundrobin'}
  retries 0
  option httpchk
  http-check connect port ${healthCheck.port}
  http-check send meth GET uri ${healthCheck.path} ver HTTP/1.1 hdr Host localhost hdr User-Agent ELB-HealthChecker/2.0
  http-check expect ${expectation(healthCheck.codes)}
`;
}

/** Commands that register a target, with health checks `timeFactor` times as often as on AWS. */
export function haproxyRegistration(name: string, address: string, group: TargetGroup, timeFactor: number): string[] {
  const { intervalS, healthyThreshold, unhealthyThreshold } = group.healthCheck;
  const server = `${BACKEND}/${name}`;
  const check = `inter ${scaledMs(intervalS, timeFactor)}ms rise ${healthyThreshold} fall ${unhealthyThreshold}`;
  return [
    `add server ${server} ${address}:${group.port} check ${check}`,
    // HAProxy counts a new server as healthy at once, so it is declared down while it drains.
    `set server ${server} state drain`,
    `set server ${server} health down`,
    `enable health ${server}`,
    `set server ${server} state ready`,
  ];
}

/** Commands that deregister a target: no new requests at once, no connections after the deregistration delay. */
export function haproxyDeregistration(name: string) {
  const server = `${BACKEND}/${name}`;
  return {
    drain: [`set server ${server} state drain`],
    remove: [`set server ${server} state maint`, `shutdown sessions server ${server}`, `del server ${server}`],
  };
}

/** Reads the answer to `show stat`: comma-separated, the state in column 18. */
export function targetStates(stat: string): ReadonlyMap<string, boolean> {
  const rows = stat.split('\n').map((line) => line.split(','));
  const targets = rows.filter(([proxy, name]) => proxy === BACKEND && name !== 'BACKEND');
  return new Map(targets.map((row) => [row[1] ?? '', row[17]?.startsWith('UP') ?? false]));
}

/** A matcher of the target group (`200`, `200,202`, `200-299`) as HAProxy writes it. */
function expectation(codes: string): string {
  if (/^\d{3}([,-]\d{3})*$/.test(codes)) return `status ${codes}`;
  throw new Error(`the health check expects '${codes}': expected codes such as 200, 200,202 or 200-299`);
}
