import { USUAL_METRIC_DELAY_S } from '../../../scaling/model/controller.ts';
import { predict } from '../../core/prediction.ts';
import type { Observation, Prediction } from '../../core/run-record.ts';
import type { Timeline } from '../../core/timeline.ts';
import { type StageFacts, TIME_FACTORS } from '../stage/stage-facts.ts';

/** After the last computation was sent, an overloaded fleet still works on its backlog. */
const BACKLOG_S = 5;

/** The CPU load that made a fleet scale. Times are epoch milliseconds. */
export interface CpuLoad {
  /** When the first period of the controller began. */
  readonly scalingFromMs: number;
  /** When each computation was requested. */
  readonly sentAtMs: readonly number[];
}

/** A second of a run, with the computations that were requested in it. */
type LoadedSecond = Observation & { readonly computations: number };

/** The simulation of the clients' requests together with the CPU load; undefined when their CPU was not measured. */
export function predictScaling(
  { scaling, targetGroup: { deregistrationDelayS, healthCheck } }: StageFacts,
  timeline: Timeline,
  { scalingFromMs, sentAtMs }: CpuLoad,
  observations: readonly Observation[],
): Prediction | undefined {
  const sent = Map.groupBy(sentAtMs, (atMs) => Math.floor(timeline.secondsAt(atMs)));
  const loaded = observations.map((each) => ({ ...each, computations: sent.get(each.second)?.length ?? 0 }));
  const cost = cpuCosts(loaded);
  if (!cost) return undefined;
  const options = {
    settings: scaling,
    timeFactor: TIME_FACTORS.scaling,
    fromS: timeline.secondsAt(scalingFromMs),
    drainS: deregistrationDelayS / TIME_FACTORS.loadBalancer,
    detectS: (healthCheck.intervalS * healthCheck.unhealthyThreshold) / TIME_FACTORS.loadBalancer,
    metricDelayS: USUAL_METRIC_DELAY_S,
    requestsPerInstance: 1 / cost.request,
  };
  const requests = ({ requestsPerS, computations }: LoadedSecond) =>
    requestsPerS + computations * (cost.computation / cost.request);
  return predict(
    options,
    loaded.map((each) => ({ ...each, requestsPerS: requests(each) })),
  );
}

/**
 * Seconds of an instance's CPU that a client's request takes, with its share of the idle load, and that a computation
 * takes: the first from seconds without computations, the second from the others. Undefined when one cannot be measured.
 */
export function cpuCosts(seconds: readonly LoadedSecond[]) {
  const busy = seconds.filter(({ computations }) => computations > 0).map(({ second }) => second);
  const [fromS, toS] = [Math.min(...busy), Math.max(...busy) + BACKLOG_S];
  const isLoaded = ({ second }: LoadedSecond) => second >= fromS && second <= toS;
  const calm = sums(seconds.filter((each) => !isLoaded(each)));
  const loaded = sums(seconds.filter(isLoaded));
  const request = calm.busyS / calm.requests;
  const computation = (loaded.busyS - request * loaded.requests) / loaded.computations;
  const isMeasured = request > 0 && computation > 0 && Number.isFinite(request + computation);
  return isMeasured ? { request, computation } : undefined;
}

function sums(seconds: readonly LoadedSecond[]) {
  const measured = seconds.filter(({ cpuPercent, inService }) => cpuPercent !== undefined && inService !== undefined);
  const total = (value: (each: LoadedSecond) => number) => measured.reduce((sum, each) => sum + value(each), 0);
  return {
    busyS: total(({ cpuPercent = 0, inService = 0 }) => (cpuPercent / 100) * inService),
    requests: total(({ requestsPerS }) => requestsPerS),
    computations: total(({ computations }) => computations),
  };
}
