/** Samples, shares and publishes the metrics on timers that do not keep the process alive. */
import { METRIC_PERIOD_S } from '../contract.ts';
import { sampleEventLoop } from './event-loop.ts';
import type { HostCpu } from './host-cpu.ts';
import type { InstanceMetrics } from './instance-metrics.ts';
import type { InstanceReport, Metrics } from './metrics.ts';

/** Publishes the report of a period; it never fails, because nothing may depend on it. */
export type PublishReport = (report: InstanceReport, periodStart: Date) => Promise<void>;

export interface MetricsReporterOptions {
  readonly metrics: Metrics;
  readonly instance: InstanceMetrics;
  readonly sampleCpu: () => Promise<HostCpu | undefined>;
  readonly readClockErrorBoundMs: () => Promise<number | undefined>;
  /** @default - the reports are not published, only read */
  readonly publish?: PublishReport | undefined;
  /** Called when sharing or adding up begins to fail (the folder is full, for example); the timers go on. */
  readonly onError: (error: unknown) => void;
  /** @default 60,000 */
  readonly periodMs?: number;
  /** How often this worker writes its numbers for the others. @default 5,000 */
  readonly shareEveryMs?: number;
}

const LOOP_SAMPLE_MS = 1_000;

/** Starts the timers. Periods begin at whole minutes, so that those of all workers and instances agree. */
export function startMetricsReporter(options: MetricsReporterOptions) {
  const { metrics, instance, sampleCpu, readClockErrorBoundMs, publish, onError } = options;
  const { periodMs = METRIC_PERIOD_S * 1_000, shareEveryMs = 5_000 } = options;
  let failing = false;

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      failing = false;
    } catch (error) {
      if (!failing) onError(error);
      failing = true;
    }
  }

  async function measureHost(): Promise<void> {
    const [cpu, clockErrorBoundMs] = await Promise.all([sampleCpu(), readClockErrorBoundMs()]);
    metrics.set('hostCpu', cpu?.busyPercent);
    metrics.set('hostIoWait', cpu?.ioWaitPercent);
    metrics.set('clockErrorBound', clockErrorBoundMs);
  }

  async function endPeriod(): Promise<void> {
    const period = Math.floor(Date.now() / periodMs);
    await measureHost();
    const report = await instance.closePeriod(period);
    if (report !== undefined) await publish?.(report, new Date((period - 1) * periodMs));
  }

  function awaitPeriodEnd(): NodeJS.Timeout {
    const onEnd = () => {
      periodEnd = awaitPeriodEnd();
      void guarded(endPeriod);
    };
    return setTimeout(onEnd, periodMs - (Date.now() % periodMs)).unref();
  }

  const stopSampling = sampleEventLoop(LOOP_SAMPLE_MS, (longestDelayMs, utilizationPercent) => {
    metrics.record('eventLoopDelay', longestDelayMs);
    metrics.record('eventLoopUtilization', utilizationPercent);
  });
  const share = () => guarded(instance.share);
  const sharing = setInterval(share, shareEveryMs).unref();
  let periodEnd = awaitPeriodEnd();
  // At once, so that a worker that soon crashes is counted too, and the first CPU sample has a predecessor.
  void share();
  measureHost().catch(onError);

  return {
    /** The instance's numbers since its start. */
    report: instance.read,
    /** Writes this worker's last numbers for the others, which will publish them. */
    async close(): Promise<void> {
      clearTimeout(periodEnd);
      clearInterval(sharing);
      stopSampling();
      await share();
    },
  };
}
