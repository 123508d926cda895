import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { systemRuntime } from '../runtime.ts';
import { readTracking } from './chrony.ts';
import { watchClockError } from './clock-error.ts';
import { createCloudWatchClient, createCloudWatchPublisher } from './cloudwatch.ts';
import { createHostCpuSampler } from './host-cpu.ts';
import { readHostMemory } from './host-memory.ts';
import { type MetricsFolder, memoryMetricsFolder, openMetricsFolder } from './instance-folder.ts';
import { createInstanceMetrics } from './instance-metrics.ts';
import { createMetrics } from './metrics.ts';
import { type PublishReport, startMetricsReporter } from './reporter.ts';

export type Telemetry = Awaited<ReturnType<typeof startTelemetry>>;

/** Starts measuring this worker, aggregating its instance and, if configured, publishing to CloudWatch. */
export async function startTelemetry(config: Config, logger: Logger) {
  const metrics = createMetrics({ isRestart: config.restarts > 0 });
  const instance = createInstanceMetrics({
    folder: await openFolder(config),
    pid: process.pid,
    startedAtMs: Math.round(performance.timeOrigin),
    memoryBytes: () => process.memoryUsage.rss(),
    metrics,
    nowMs: Date.now,
    isAlive,
  });
  const clockError = watchClockError({ runtime: systemRuntime, readTracking });
  const reporter = startMetricsReporter({
    metrics,
    instance,
    sampleCpu: createHostCpuSampler(),
    readMemory: readHostMemory,
    clockErrorMicros: clockError.micros,
    publish: createPublisher(config, logger),
    onError: (err) => logger.warn({ err }, 'metrics not aggregated'),
  });
  return { metrics, reporter, clockError };
}

/** The workers of one port share a folder; a single worker needs none. */
async function openFolder({ metricsDir, workers, port }: Config): Promise<MetricsFolder> {
  if (metricsDir === undefined && workers === 1) return memoryMetricsFolder();
  return openMetricsFolder(metricsDir ?? join(tmpdir(), `stampede-metrics-${port}`));
}

function createPublisher(config: Config, logger: Logger): PublishReport | undefined {
  const { stage, autoScalingGroup, cloudwatchMetrics } = config;
  if (!cloudwatchMetrics || autoScalingGroup === undefined) return undefined;
  return createCloudWatchPublisher({
    client: createCloudWatchClient(),
    stage,
    autoScalingGroup,
    onChange: (failing, err) => logger.warn({ err }, failing ? 'metrics not published' : 'metrics published again'),
  });
}

/** Whether the process with this id exists. Signal 0 only checks; EPERM means that it belongs to another user. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
