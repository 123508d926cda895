import { FAULTS, type FaultName, isProxyFault, PROXY_FAULTS, type ProxyFault } from './faults.ts';
import { createRandom } from './random.ts';

/** A fault of the plan. */
export interface PlannedFault {
  readonly name: FaultName;
  /** A fault of the connection during which a fault of a process happens, so that requests are on their way. */
  readonly during?: ProxyFault;
  /** A fault of the connection to the spill bucket, while the database is away. */
  readonly spill?: ProxyFault;
  /** How long it lasts. */
  readonly ms: number;
  /** The share of requests that a fault of the connection affects, from 0 to 1. */
  readonly share: number;
  /** Decides what the fault does to which request or process. */
  readonly seed: number;
}

const DURING: readonly (ProxyFault | undefined)[] = [undefined, 'delay', 'late-apply', 'reset-after', 'duplicate'];

/** Writes of a killed process must be on their way, or nothing can be lost. */
const DURING_KILL: readonly ProxyFault[] = ['delay', 'silence', 'late-apply'];

function duringOf(name: FaultName): readonly (ProxyFault | undefined)[] {
  if (isKill(name)) return DURING_KILL;
  return isLoss(name) ? [undefined] : DURING;
}

function isKill(name: FaultName): boolean {
  return name === 'kill-worker' || name === 'kill-workers';
}

/** Faults that S3 can have in the same form. */
const SPILL: readonly (ProxyFault | undefined)[] = [
  undefined,
  'delay',
  'late-apply',
  'reset-after',
  'duplicate',
  'garbage',
];

function isLoss(name: FaultName): boolean {
  return name === 'lose-database' || name === 'lose-everything';
}

/** What a report says of a fault. */
export function textOf({ name, during, spill }: Pick<PlannedFault, 'name' | 'during' | 'spill'>): string {
  const { text } = FAULTS[name];
  if (spill) return `${text}; of the spill bucket: ${PROXY_FAULTS[spill].text}`;
  return during ? `${text}, while ${PROXY_FAULTS[during].text}` : text;
}

/** An endless plan: each round has every fault once, in an order and with sizes that the seed decides. */
export function* planFaults(seed: number): Generator<PlannedFault, never> {
  const random = createRandom(seed);
  const names = Object.keys(FAULTS) as FaultName[];
  for (;;) {
    for (const name of random.shuffle(names)) {
      const [min, max] = FAULTS[name].ms;
      const share = isKill(name) ? 1 : random.pick([0.2, 0.5, 1]);
      const during = isProxyFault(name) ? undefined : random.pick(duringOf(name));
      const sizes = { ms: random.between(min, max), share, seed: random.between(0, 2 ** 31) };
      const spill = name === 'lose-database' ? random.pick(SPILL) : undefined;
      yield { name, ...sizes, ...(during && { during }), ...(spill && { spill }) };
    }
  }
}

/** The number of faults in a round. */
export const ROUND = Object.keys(FAULTS).length;
