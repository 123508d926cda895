import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Observation, Prediction } from '../drill/data.ts';
import { predict } from '../drill/prediction.ts';
import { USUAL_METRIC_DELAY_S } from '../model/controller.ts';
import type { Stage } from './stage.ts';
import { TIME_FACTORS } from './time-factors.ts';
import type { Timeline } from './timeline.ts';

/**
 * What the simulation makes of the heat: of each request when it was sent, and of the CPU that they took together.
 *
 * @param fromMs when the first period of the controller began, epoch milliseconds
 */
export async function predictScaling(
  { facts: { scaling, targetGroup }, workshop }: Stage,
  timeline: Timeline,
  fromMs: number,
): Promise<Prediction | undefined> {
  const sentAtMs = parseHeat(await readFile(join(workshop.directory, 'heat.log'), 'utf8'));
  const { intervalS, unhealthyThreshold } = targetGroup.healthCheck;
  return predict(
    {
      settings: scaling,
      timeFactor: TIME_FACTORS.scaling,
      fromS: timeline.secondsAt(fromMs),
      drainS: targetGroup.deregistrationDelayS / TIME_FACTORS.balancer,
      detectS: (intervalS * unhealthyThreshold) / TIME_FACTORS.balancer,
      metricDelayS: USUAL_METRIC_DELAY_S,
    },
    timeline.join(heatPerSecond(sentAtMs, timeline)),
  );
}

function parseHeat(log: string): number[] {
  return log.split('\n').flatMap((line) => (/^\d+$/.test(line) ? [Number(line)] : []));
}

function heatPerSecond(sentAtMs: readonly number[], timeline: Timeline): Observation[] {
  const sent = Map.groupBy(sentAtMs, (atMs) => Math.floor(timeline.secondsAt(atMs)));
  return Array.from({ length: timeline.second + 1 }, (_, second) => ({
    second,
    requestsPerS: sent.get(second)?.length ?? 0,
    errorsPerS: 0,
  }));
}
