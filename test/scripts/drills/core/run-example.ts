import type { DrillRun, Observation } from '../../../../scripts/drills/core/run-record.ts';

/** A second of a healthy service. */
export function healthySecond(second: number): Observation {
  return {
    second,
    requestsPerS: 100,
    errorsPerS: 0,
    p50Ms: 5,
    p95Ms: 12,
    p99Ms: 20,
    cpuPercent: 40,
    desired: 4,
    inService: 4,
  };
}

/** A minute of 100 requests/s; an instance is killed at second 20, half of the requests fail until second 25. */
export const run: DrillRun = {
  drill: 'kill-an-instance',
  summary: 'One of four instances is terminated without warning.',
  startedAt: '2026-11-21T10:00:00Z',
  durationS: 60,
  observations: Array.from({ length: 60 }, (_, second) =>
    second >= 20 && second < 25
      ? { ...healthySecond(second), errorsPerS: 50, p99Ms: 900, inService: 3 }
      : { ...healthySecond(second), inService: second >= 25 && second < 45 ? 3 : 4 },
  ),
  faults: [{ fromS: 20, toS: 45, text: 'i-1 terminated' }],
  alarms: [{ name: 'UnhealthyHosts', fromS: 24, toS: 45 }],
  events: [
    { second: 3, text: 'target i-9 unhealthy', detection: true },
    { second: 20, text: 'i-1 terminated', detection: false },
    { second: 23, text: 'target i-1 unhealthy', detection: true },
    { second: 45, text: 'i-5 in service', detection: false },
  ],
  durability: { acknowledged: 5_750, stored: 5_750 },
};
