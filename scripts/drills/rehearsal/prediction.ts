import { USUAL_METRIC_DELAY_S } from '../../scaling/model/controller.ts';
import { predict } from '../core/prediction.ts';
import type { Observation, Prediction } from '../core/run-record.ts';
import type { Timeline } from '../core/timeline.ts';
import type { CpuLoad } from './faults/cpu-load.ts';
import { type StageFacts, TIME_FACTORS } from './stage/stage-facts.ts';

/** After the last computation was sent, an overloaded fleet still works on its backlog. */
const BACKLOG_S = 5;

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
  const weight = cost.computation / cost.request;
  const all = loaded.map((each) => ({ ...each, requestsPerS: each.requestsPerS + each.computations * weight }));
  return predict(options, all);
}

/** CPU seconds that a client's request and a computation take on an instance; undefined when one cannot be measured. */
export function cpuCosts(seconds: readonly LoadedSecond[]) {
  const busy = seconds.filter(({ computations }) => computations > 0).map(({ second }) => second);
  const [fromS, toS] = [Math.min(...busy), Math.max(...busy) + BACKLOG_S];
  const isLoaded = ({ second }: LoadedSecond) => second >= fromS && second <= toS;
  // A request's cost includes its share of the idle load.
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
