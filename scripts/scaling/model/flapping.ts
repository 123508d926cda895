import type { Simulation } from './simulation.ts';

/** A scale-in that had to be undone although the demand had not grown. */
export interface Flap {
  readonly inAtS: number;
  readonly outAtS: number;
}

/** A scale-out this soon after a scale-in is a correction, not a new need. */
const WINDOW_S = 15 * 60;

/** Growth of the demand below which a scale-out is not explained by it. */
const EXPLAINING_GROWTH = 1.1;

/** Finds every scale-in that was taken back soon, at hardly more demand: money saved for minutes, paid in refusals. */
export function findFlaps({ seconds }: Pick<Simulation, 'seconds'>): Flap[] {
  const flaps: Flap[] = [];
  let lastIn: { readonly second: number; readonly demand: number } | undefined;
  for (const [index, now] of seconds.entries()) {
    const before = seconds[index - 1];
    if (!before || before.desired === now.desired) continue;
    if (now.desired < before.desired) lastIn = now;
    else if (lastIn && now.second - lastIn.second <= WINDOW_S && now.demand <= lastIn.demand * EXPLAINING_GROWTH) {
      flaps.push({ inAtS: lastIn.second, outAtS: now.second });
      lastIn = undefined;
    }
  }
  return flaps;
}
