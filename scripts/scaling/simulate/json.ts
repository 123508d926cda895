import { PRICES_AS_OF } from '../../cli/prices.ts';
import { costUsd, type Run } from './run.ts';

/** Every so many seconds the timeline has a point. */
const TIMELINE_STEP_S = 10;

/** Runs as JSON: what went in, what came out, and enough of a timeline to draw it. */
export function runsAsJson(runs: readonly Run[], title: string): string {
  const results = runs.map((run) => ({
    name: run.name,
    settings: run.stage.settings,
    instanceType: run.stage.instanceType,
    summary: run.summary,
    cost: { usd: costUsd(run), hourPriceUsd: run.hourPriceUsd, pricesAsOf: PRICES_AS_OF },
    events: run.simulation.events,
    timeline: run.simulation.seconds.filter(({ second }) => second % TIMELINE_STEP_S === 0),
  }));
  return JSON.stringify({ title, runs: results }, undefined, 2);
}
