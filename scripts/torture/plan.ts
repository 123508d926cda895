import { FAULTS, type FaultName, isProxyFault, PROXY_FAULTS, type ProxyFault } from './faults.ts';
import { createRandom } from './random.ts';

/** A fault of the plan. */
export interface PlannedFault {
  readonly name: FaultName;
  /** A fault of the connection during which a fault of a process happens, so that requests are on their way. */
  readonly during?: ProxyFault;
  /** How long it lasts. */
  readonly ms: number;
  /** The share of requests that a fault of the connection affects, from 0 to 1. */
  readonly share: number;
  /** Decides what the fault does to which request or process. */
  readonly seed: number;
}

const DURING: readonly (ProxyFault | undefined)[] = [undefined, 'delay', 'late-apply', 'reset-after', 'duplicate'];

/** What a report says of a fault. */
export function textOf({ name, during }: Pick<PlannedFault, 'name' | 'during'>): string {
  return during ? `${FAULTS[name].text}, while ${PROXY_FAULTS[during].text}` : FAULTS[name].text;
}

/** An endless plan: each round has every fault once, in an order and with sizes that the seed decides. */
export function* planFaults(seed: number): Generator<PlannedFault, never> {
  const random = createRandom(seed);
  const names = Object.keys(FAULTS) as FaultName[];
  for (;;) {
    for (const name of random.shuffle(names)) {
      const [min, max] = FAULTS[name].ms;
      const share = random.pick([0.2, 0.5, 1]);
      const during = isProxyFault(name) ? undefined : random.pick(DURING);
      const sizes = { ms: random.between(min, max), share, seed: random.between(0, 2 ** 31) };
      yield { name, ...sizes, ...(during && { during }) };
    }
  }
}

/** The number of faults in a round. */
export const ROUND = Object.keys(FAULTS).length;
