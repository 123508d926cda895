import type { Second, Simulation } from './simulation.ts';

/** What a simulation comes down to. */
export type Summary = ReturnType<typeof summarize>;

/** A scale-out this soon after a scale-in is a correction, not a new need. */
const WINDOW_S = 15 * 60;

/** Growth of the demand below which a scale-out is not explained by it. */
const EXPLAINING_GROWTH = 1.1;

/** A rate is not exact in binary: what is missing by less than this is not refused. */
const ROUNDING = 1e-6;

/** Sums a simulation up. */
export function summarize({ seconds }: Simulation) {
  const overloaded = seconds.map((second) => refusedIn(second) > 0);
  const changes = seconds.slice(1).map(({ desired }, index) => desired - (seconds[index]?.desired ?? desired));
  return {
    durationS: seconds.length,
    requests: total(seconds, ({ demand }) => demand),
    refused: total(seconds, refusedIn),
    /** Seconds in which not every request was served, and the longest run of them. */
    overloadS: overloaded.filter(Boolean).length,
    longestOverloadS: longestRun(overloaded),
    instanceHours: total(seconds, ({ running }) => running) / 3600,
    largestFleet: seconds.reduce((most, { inService }) => Math.max(most, inService), 0),
    meanCpuPercent: total(seconds, ({ cpuPercent }) => cpuPercent) / Math.max(1, seconds.length),
    scaleOuts: changes.filter((change) => change > 0).length,
    scaleIns: changes.filter((change) => change < 0).length,
    flaps: findFlaps({ seconds }),
  };
}

/** Finds every scale-in that was undone soon after, although the demand had hardly grown. */
export function findFlaps({ seconds }: Pick<Simulation, 'seconds'>) {
  const flaps: { inAtS: number; outAtS: number }[] = [];
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

function refusedIn({ demand, served }: Second): number {
  const refused = demand - served;
  return refused > ROUNDING ? refused : 0;
}

function total(seconds: readonly Second[], value: (second: Second) => number): number {
  return seconds.reduce((sum, second) => sum + value(second), 0);
}

function longestRun(flags: readonly boolean[]): number {
  let longest = 0;
  let run = 0;
  for (const flag of flags) {
    run = flag ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
