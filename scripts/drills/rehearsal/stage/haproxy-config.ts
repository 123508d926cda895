import type { LoadBalancer, TargetGroup } from '../../../scaling/template/load-balancer.ts';
import { scaledMs } from './time-factors.ts';

/** Where HAProxy runs in place of the Application Load Balancer. */
export interface HaproxyPlace {
  /** Address and port that clients connect to. */
  readonly listen: string;
  /** Path of the socket by which targets are registered while it runs. */
  readonly adminSocket: string;
  /** Seconds between two health checks that pass in one real second. @default 1 */
  readonly timeFactor?: number;
}

/** Name of the backend that targets are added to. */
export const HAPROXY_BACKEND = 'app';

/**
 * The load balancer of a stage as an HAProxy configuration: its health check, idle timeout and choice of target, and
 * the headers that it adds. Targets are registered by {@link haproxyRegistration} while it runs.
 */
export function haproxyConfig(balancer: LoadBalancer, group: TargetGroup, place: HaproxyPlace): string {
  const { healthCheck } = group;
  const idleMs = balancer.idleTimeoutS * 1000;
  return `global
  stats socket ${place.adminSocket} mode 600 level admin

defaults
  mode http
  option http-keep-alive
  timeout connect 5s
  timeout client ${idleMs}ms
  timeout server ${idleMs}ms
  timeout http-request ${idleMs}ms
  timeout check ${healthCheck.timeoutS * 1000}ms

frontend listener
  bind ${place.listen}
  option forwardfor
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Port %[dst_port]
  http-request set-header X-Amzn-Trace-Id Root=1-%{+X}Ts-%[uuid,regsub(-,,g),bytes(0,24)] unless { req.hdr(X-Amzn-Trace-Id) -m found }
  default_backend ${HAPROXY_BACKEND}

backend ${HAPROXY_BACKEND}
  balance ${ALGORITHMS[group.algorithm] ?? 'roundrobin'}
  retries 0
  option httpchk
  http-check connect port ${healthCheck.port}
  http-check send meth GET uri ${healthCheck.path} ver HTTP/1.1 hdr Host localhost hdr User-Agent ELB-HealthChecker/2.0
  http-check expect ${expectation(healthCheck.codes)}
`;
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  least_outstanding_requests: 'leastconn',
  round_robin: 'roundrobin',
  weighted_random: 'random',
};

/**
 * Commands for the admin socket that register a target. It gets no request before its health checks have passed: a
 * new server would count as well at once, so it is declared down while it drains.
 */
export function haproxyRegistration(name: string, address: string, group: TargetGroup, place: HaproxyPlace): string[] {
  const { timeFactor = 1 } = place;
  const { intervalS, healthyThreshold, unhealthyThreshold } = group.healthCheck;
  const server = `${HAPROXY_BACKEND}/${name}`;
  const check = `inter ${scaledMs(intervalS, timeFactor)}ms rise ${healthyThreshold} fall ${unhealthyThreshold}`;
  return [
    `add server ${server} ${address}:${group.port} check ${check}`,
    `set server ${server} state drain`,
    `set server ${server} health down`,
    `enable health ${server}`,
    `set server ${server} state ready`,
  ];
}

/** Commands that deregister a target: at once no new request, and after the deregistration delay no connection. */
export function haproxyDeregistration(name: string): { readonly drain: string[]; readonly remove: string[] } {
  const server = `${HAPROXY_BACKEND}/${name}`;
  return {
    drain: [`set server ${server} state drain`],
    remove: [`set server ${server} state maint`, `shutdown sessions server ${server}`, `del server ${server}`],
  };
}

/** A matcher of the target group (`200`, `200,202`, `200-299`) as HAProxy writes it. */
function expectation(codes: string): string {
  if (/^\d{3}([,-]\d{3})*$/.test(codes)) return `status ${codes}`;
  throw new Error(`the health check expects '${codes}': expected codes such as 200, 200,202 or 200-299`);
}
