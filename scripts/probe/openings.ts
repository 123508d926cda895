import { PORT } from '../../server/contract.ts';

/** Where connections to a stage come from. An operator's address is within the setting `sshCidrs`. */
export const PLACES = ['internet', 'operator', 'bastion', 'instance'] as const;
export type Place = (typeof PLACES)[number];

/** What the connections go to. `app` is another instance than the one that connects. */
export type Target = 'load balancer' | 'bastion' | 'app';

/** Every port of a stage that something listens on, or would if a rule were wrong. */
export const PORTS: readonly (readonly [target: Target, port: number])[] = [
  ['load balancer', 80],
  ['load balancer', 443],
  ['bastion', 22],
  ['app', PORT],
  ['app', 22],
];

/**
 * What security groups, network ACLs and routes allow. `test/infra/reachability.test.ts` computes the same from the
 * synthesised templates.
 */
const ALLOWED: Readonly<Record<Place, readonly string[]>> = {
  internet: ['load balancer 80', 'load balancer 443'],
  operator: ['load balancer 80', 'load balancer 443', 'bastion 22'],
  // The load balancer is public, and both may call the internet on port 443.
  bastion: ['load balancer 443', 'app 22'],
  instance: ['load balancer 443'],
};

/** Whether the network of a stage lets a place connect to a port. */
export function isAllowed(from: Place, target: Target, port: number): boolean {
  return ALLOWED[from].includes(`${target} ${port}`);
}

/** Whether a connection must succeed: it is allowed, and something listens. */
export function isOpen(from: Place, target: Target, port: number, hasTls: boolean): boolean {
  const hasListener = target !== 'load balancer' || port !== 443 || hasTls;
  return hasListener && isAllowed(from, target, port);
}
