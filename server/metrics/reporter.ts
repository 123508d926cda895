/** The beat of the metrics: samples, shares and publishes on timers that keep no process alive. */
import { METRIC_PERIOD_S } from '../contract.ts';
import { sampleEventLoop } from './event-loop.ts';
import type { HostCpu } from './host-cpu.ts';
import type { InstanceMetrics } from './instance-metrics.ts';
import type { Metrics } from './metrics.ts';
import type { InstanceReport, PublishReport } from './report.ts';

export interface MetricsReporterSettings {
  readonly metrics: Metrics;
  readonly instance: InstanceMetrics;
  readonly sampleCpu: () => Promise<HostCpu | undefined>;
  readonly readClockErrorBoundMs: () => Promise<number | undefined>;
  /** Where the reports of the periods go. @default nowhere; then they can only be read */
  readonly publish?: PublishReport;
  /** Told when the numbers begin to be impossible to share or to add up (the folder is full, say); the beat goes on. */
  readonly onError: (error: unknown) => void;
  readonly nowMs?: () => number;
  /** @default 60,000 */
  readonly periodMs?: number;
  /** How often this worker leaves its numbers for the others. @default 5,000 */
  readonly shareEveryMs?: number;
}

export interface MetricsReporter {
  /** The instance's numbers since its start. */
  report(): Promise<InstanceReport>;
  /** Leaves this worker's last numbers for the others, who will publish them. */
  close(): Promise<void>;
}

const LOOP_SAMPLE_MS = 1_000;

/** Starts the beat. Periods begin at whole minutes, so that those of all workers and instances agree. */
export function startMetricsReporter(settings: MetricsReporterSettings): MetricsReporter {
  const { metrics, instance, sampleCpu, readClockErrorBoundMs, publish, onError } = settings;
  const { nowMs = Date.now, periodMs = METRIC_PERIOD_S * 1_000, shareEveryMs = 5_000 } = settings;
  let cpu: HostCpu | undefined;
  let clockErrorBoundMs: number | undefined;
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
    [cpu, clockErrorBoundMs] = await Promise.all([sampleCpu(), readClockErrorBoundMs()]);
  }

  async function endPeriod(): Promise<void> {
    const period = Math.floor(nowMs() / periodMs);
    await measureHost();
    const numbers = await instance.closePeriod(period);
    if (numbers === undefined) return;
    await publish?.({ ...numbers, cpu, clockErrorBoundMs }, new Date((period - 1) * periodMs));
  }

  function awaitPeriodEnd(): NodeJS.Timeout {
    return setTimeout(
      () => {
        periodEnd = awaitPeriodEnd();
        void guarded(endPeriod);
      },
      periodMs - (nowMs() % periodMs),
    ).unref();
  }

  const stopSampling = sampleEventLoop(LOOP_SAMPLE_MS, metrics.eventLoopSampled);
  const share = () => guarded(instance.share);
  const sharing = setInterval(share, shareEveryMs).unref();
  let periodEnd = awaitPeriodEnd();
  // At once, so that even a worker that soon crashes was seen, and CPU times have something to be compared with.
  void share();
  measureHost().catch(onError);

  return {
    report: async () => ({ ...(await instance.read()), cpu, clockErrorBoundMs }),
    async close() {
      clearTimeout(periodEnd);
      clearInterval(sharing);
      stopSampling();
      await share();
    },
  };
}
