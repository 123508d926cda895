import { z } from 'zod';
import { OperatorError } from '../../cli/errors.ts';
import type { Observation } from '../core/run-record.ts';

const latencySchema = z.object({ p50: z.number(), p95: z.number(), p99: z.number() });

const periodSchema = z.object({
  firstCounterAt: z.number(),
  lastCounterAt: z.number(),
  counters: z.record(z.string(), z.number()),
  summaries: z.object({ 'http.response_time': latencySchema.optional().catch(undefined) }).default({}),
});

/** Ten seconds of artillery's report, or less at both ends of a run. Times are epoch milliseconds. */
export type Period = z.infer<typeof periodSchema>;

/** Reads one period. @throws OperatorError when artillery reports in another format */
export function parsePeriod(line: string): Period {
  try {
    return periodSchema.parse(JSON.parse(line));
  } catch (cause) {
    const problem = `artillery reported a period that cannot be read: ${line.slice(0, 200)}`;
    throw new OperatorError(`${problem}: expected what artillery 2.0 reports; was it updated?`, { cause });
  }
}

/** Requests of some periods, by their outcome. */
export function countRequests(periods: readonly Pick<Period, 'counters'>[]) {
  const counters = periods.flatMap((period) => Object.entries(period.counters));
  const sum = (pattern: RegExp) =>
    counters.reduce((total, [name, count]) => total + (pattern.test(name) ? count : 0), 0);
  return {
    requests: sum(/^http\.requests$/),
    /** Answered with 2xx. */
    acknowledged: sum(/^http\.codes\.2\d\d$/),
    /** No answer, or one of 5xx. */
    errors: sum(/^errors\.|^http\.codes\.5\d\d$/),
    /** Refused by the service: 4xx. */
    refused: sum(/^http\.codes\.4\d\d$/),
  };
}

/** The periods as seconds from `startedAtMs`: each second gets its even share of the periods that it lies in. */
export function observationsOf(periods: readonly Period[], startedAtMs: number): Observation[] {
  const seconds = new Map<number, Observation>();
  const secondOf = (atMs: number) => Math.max(0, Math.floor((atMs - startedAtMs) / 1_000));
  for (const period of periods) {
    const [fromS, toS] = [secondOf(period.firstCounterAt), secondOf(period.lastCounterAt)];
    const { requests, errors } = countRequests([period]);
    const share = 1 / (toS - fromS + 1);
    const latency = period.summaries['http.response_time'];
    for (let second = fromS; second <= toS; second++) {
      const { requestsPerS = 0, errorsPerS = 0, ...earlier } = seconds.get(second) ?? {};
      seconds.set(second, {
        ...earlier,
        second,
        requestsPerS: requestsPerS + requests * share,
        errorsPerS: errorsPerS + errors * share,
        ...(latency && { p50Ms: latency.p50, p95Ms: latency.p95, p99Ms: latency.p99 }),
      });
    }
  }
  return [...seconds.values()].sort((one, other) => one.second - other.second);
}
