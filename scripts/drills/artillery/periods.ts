import { z } from 'zod';
import { OperatorError } from '../../cli/errors.ts';
import type { Observation } from '../core/run-record.ts';

const summary = z.object({ p50: z.number(), p95: z.number(), p99: z.number() });

const schema = z.object({
  firstCounterAt: z.number(),
  lastCounterAt: z.number(),
  counters: z.record(z.string(), z.number()),
  summaries: z.record(z.string(), z.unknown()).default({}),
});

/** Ten seconds of artillery's report, or what is left of them at both ends of a run. Times are epoch milliseconds. */
export type Period = z.infer<typeof schema>;

/** Reads one period. @throws OperatorError when artillery's report looks different now */
export function parsePeriod(line: string): Period {
  try {
    return schema.parse(JSON.parse(line));
  } catch (cause) {
    const remedy = 'expected what artillery 2.0 reports; was it updated?';
    throw new OperatorError(`artillery told a period that cannot be read: ${line.slice(0, 200)}: ${remedy}`, { cause });
  }
}

/** Requests of some periods, by their outcome. */
export function countRequests(periods: readonly Pick<Period, 'counters'>[]) {
  const counters = periods.flatMap((period) => Object.entries(period.counters));
  const sum = (pattern: RegExp) =>
    counters.reduce((total, [name, count]) => total + (pattern.test(name) ? count : 0), 0);
  return {
    requests: sum(/^http\.requests$/),
    /** No answer, or one of 5xx. */
    errors: sum(/^errors\.|^http\.codes\.5\d\d$/),
    /** Refused by the service: 4xx. */
    refused: sum(/^http\.codes\.4\d\d$/),
  };
}

/** The periods as seconds from `startedAtMs`: each second gets its even share of the period that it lies in. */
export function observationsOf(periods: readonly Period[], startedAtMs: number): Observation[] {
  const rates = new Map<number, Observation>();
  for (const period of periods) {
    const fromS = Math.max(0, Math.floor((period.firstCounterAt - startedAtMs) / 1_000));
    const toS = Math.max(fromS, Math.floor((period.lastCounterAt - startedAtMs) / 1_000));
    const { requests, errors } = countRequests([period]);
    const seconds = toS - fromS + 1;
    const share = { requestsPerS: requests / seconds, errorsPerS: errors / seconds, ...latencies(period) };
    for (let second = fromS; second <= toS; second++) {
      rates.set(second, joined({ second, ...share }, rates.get(second)));
    }
  }
  return [...rates.values()].sort((one, other) => one.second - other.second);
}

/** Two periods meet within a second: their requests add up, and the later one's latencies stand. */
function joined(share: Observation, earlier: Observation | undefined): Observation {
  if (!earlier) return share;
  const { requestsPerS, errorsPerS } = earlier;
  return {
    ...earlier,
    ...share,
    requestsPerS: share.requestsPerS + requestsPerS,
    errorsPerS: share.errorsPerS + errorsPerS,
  };
}

function latencies({ summaries }: Period): Partial<Observation> {
  const parsed = summary.safeParse(summaries['http.response_time']);
  if (!parsed.success) return {};
  const { p50, p95, p99 } = parsed.data;
  return { p50Ms: p50, p95Ms: p95, p99Ms: p99 };
}
