import { USUAL_METRIC_DELAY_S } from '../../../scaling/model/controller.ts';
import { predict } from '../../core/prediction.ts';
import type { Observation, Prediction } from '../../core/run-record.ts';
import type { Timeline } from '../../core/timeline.ts';
import type { StageFacts } from '../stage/stage-facts.ts';
import { TIME_FACTORS } from '../stage/time-factors.ts';

/** After its last computation was sent, an overloaded fleet works on what it has not answered yet. */
const BACKLOG_S = 5;

/** What made a fleet scale. */
export interface CpuLoad {
  /** When the first period of the controller began, epoch milliseconds. */
  readonly scalingFromMs: number;
  /** When each computation was requested, epoch milliseconds. */
  readonly sentAtMs: readonly number[];
}

/** A second of a run with the computations that were sent in it. */
export interface HeatedSecond extends Observation {
  readonly heat: number;
}

/** What the simulation makes of the clients' requests and the heat together; undefined when their CPU was not seen. */
export function predictScaling(
  { scaling, targetGroup: { deregistrationDelayS, healthCheck } }: Pick<StageFacts, 'scaling' | 'targetGroup'>,
  timeline: Timeline,
  { scalingFromMs, sentAtMs }: CpuLoad,
  observations: readonly Observation[],
): Prediction | undefined {
  const sent = Map.groupBy(sentAtMs, (atMs) => Math.floor(timeline.secondsAt(atMs)));
  const heated = observations.map((each) => ({ ...each, heat: sent.get(each.second)?.length ?? 0 }));
  const cost = cpuCosts(heated);
  if (!cost) return undefined;
  const inputs = {
    settings: scaling,
    timeFactor: TIME_FACTORS.scaling,
    fromS: timeline.secondsAt(scalingFromMs),
    drainS: deregistrationDelayS / TIME_FACTORS.loadBalancer,
    detectS: (healthCheck.intervalS * healthCheck.unhealthyThreshold) / TIME_FACTORS.loadBalancer,
    metricDelayS: USUAL_METRIC_DELAY_S,
    requestsPerInstance: 1 / cost.request,
  };
  const weight = cost.heat / cost.request;
  return predict(
    inputs,
    heated.map(({ heat, requestsPerS, ...each }) => ({ ...each, requestsPerS: requestsPerS + heat * weight })),
  );
}

/**
 * Seconds of an instance's CPU that a client's request takes, with its share of what runs anyway, and that a computation
 * takes on top: the first from calm seconds, the second from the others. Undefined when one of them was not seen.
 */
export function cpuCosts(seconds: readonly HeatedSecond[]): { request: number; heat: number } | undefined {
  const hot = seconds.filter(({ heat }) => heat > 0).map(({ second }) => second);
  const [fromS, toS] = [Math.min(...hot), Math.max(...hot) + BACKLOG_S];
  const isCalm = ({ second }: HeatedSecond) => second < fromS || second > toS;
  const calm = sums(seconds.filter(isCalm));
  const heated = sums(seconds.filter((each) => !isCalm(each)));
  const request = calm.busy / calm.requests;
  const heat = (heated.busy - request * heated.requests) / heated.heat;
  return request > 0 && heat > 0 && Number.isFinite(request + heat) ? { request, heat } : undefined;
}

function sums(seconds: readonly HeatedSecond[]) {
  const seen = seconds.filter(({ cpuPercent, inService }) => cpuPercent !== undefined && inService !== undefined);
  const total = (value: (each: HeatedSecond) => number) => seen.reduce((sum, each) => sum + value(each), 0);
  return {
    busy: total(({ cpuPercent = 0, inService = 0 }) => (cpuPercent / 100) * inService),
    requests: total(({ requestsPerS }) => requestsPerS),
    heat: total(({ heat }) => heat),
  };
}
