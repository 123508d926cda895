/** Samples, shares and publishes the metrics by timers that do not keep the process alive. */
import { METRIC_PERIOD_S } from '../contract.ts';
import { sampleEventLoop } from './event-loop.ts';
import type { HostCpu } from './host-cpu.ts';
import type { InstanceMetrics } from './instance-metrics.ts';
import type { InstanceReport, Metrics } from './metrics.ts';

/** Publishes the report of a period; it must never fail. */
export type PublishReport = (report: InstanceReport, periodStart: Date) => Promise<void>;

export interface MetricsReporterOptions {
  readonly metrics: Metrics;
  readonly instance: InstanceMetrics;
  readonly sampleCpu: () => Promise<HostCpu | undefined>;
  /** Share of the host's memory in use, in percent; `undefined` while it is unknown. */
  readonly readMemory: () => Promise<number | undefined>;
  /** The largest possible error of the system clock; `undefined` while it is unknown. */
  readonly clockErrorMicros: () => number | undefined;
  /** @default - reports are not published */
  readonly publish?: PublishReport | undefined;
  /** Called when the aggregation starts to fail, for example because the disk is full; the timers continue. */
  readonly onError: (error: unknown) => void;
  /** @default 60,000 */
  readonly periodMs?: number;
  /** How often this worker writes its values for the others. @default 5,000 */
  readonly shareEveryMs?: number;
}

const LOOP_SAMPLE_MS = 1_000;

/** Starts the timers. Periods start at full minutes, so that all workers and instances have the same periods. */
export function startMetricsReporter(options: MetricsReporterOptions) {
  const { metrics, instance, sampleCpu, readMemory, clockErrorMicros, publish, onError } = options;
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
    const [cpu, memoryPercent] = await Promise.all([sampleCpu(), readMemory()]);
    const errorMicros = clockErrorMicros();
    metrics.set('hostCpu', cpu?.busyPercent);
    metrics.set('hostIoWait', cpu?.ioWaitPercent);
    metrics.set('hostMemory', memoryPercent);
    metrics.set('clockErrorBound', errorMicros === undefined ? undefined : errorMicros / 1_000);
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
  // Immediately, so that a worker that crashes soon is counted too and the first CPU sample has a predecessor.
  void share();
  measureHost().catch(onError);

  return {
    report: instance.read,
    /** Writes this worker's last values, which the others will publish. */
    async close(): Promise<void> {
      clearTimeout(periodEnd);
      clearInterval(sharing);
      stopSampling();
      await share();
    },
  };
}
