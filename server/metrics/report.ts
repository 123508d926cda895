/** What is told of one instance, whoever is told: CloudWatch (one period) or Prometheus (since the start). */
import type { HostCpu } from './host-cpu.ts';
import type { InstanceNumbers } from './instance-metrics.ts';

export interface InstanceReport extends InstanceNumbers {
  /** Absent where the host does not tell. */
  readonly cpu: HostCpu | undefined;
  /** Absent where chrony does not run. */
  readonly clockErrorBoundMs: number | undefined;
}

/** Takes the report of a period; it never fails, because nothing may depend on it. */
export type PublishReport = (report: InstanceReport, periodStart: Date) => Promise<void>;
