/** What was seen of the service in the second that begins at `second`, counted from the start of the run. */
export interface Observation {
  readonly second: number;
  readonly requestsPerS: number;
  /** Requests that got no answer, or one of 5xx. */
  readonly errorsPerS: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
  /** Average of the fleet. */
  readonly cpuPercent?: number;
  readonly desired?: number;
  readonly inService?: number;
  /** Resident memory of the largest worker, in MB. */
  readonly memoryMb?: number;
}

/** A part of a run, in seconds from its start. */
type Span = Readonly<{ fromS: number; toS: number }>;

/** A fault that the drill caused. */
export type Fault = Span & { readonly text: string };

/** A time during which an alarm was in ALARM. */
export type AlarmSpan = Span & { readonly name: string };

/** Something that happened, and whether it shows that the fault was detected (a target unhealthy, an alarm). */
export type DrillEvent = Readonly<{ second: number; text: string; detection: boolean }>;

/** How a fleet's desired capacity changed. */
export interface CapacityCourse {
  readonly peak: number;
  /** Seconds of the first scale-out and of the first scale-in. @default - there was none */
  readonly outAtS?: number;
  readonly inAtS?: number;
}

/** What the model expected for a second of the run, under the load that it was given. */
export type PredictedSecond = Readonly<
  Record<'second' | 'demandPerS' | 'cpuPercent' | 'desired' | 'inService', number>
>;

/** What the scaling model predicts for the measured load. */
export interface Prediction {
  /** Requests/s of one instance at 100 % CPU, as the model assumes. */
  readonly requestsPerInstance: number;
  /** Seconds from launch to service, as the model assumes. */
  readonly bootS: number;
  readonly seconds: readonly PredictedSecond[];
  readonly predicted: CapacityCourse;
  readonly measured: CapacityCourse;
}

/** Timestamps that were answered with 2xx, and how many of them were found in the table. */
export type Durability = Readonly<{ acknowledged: number; stored: number }>;

/** Everything that was recorded in one drill. */
export interface DrillRun {
  readonly drill: string;
  readonly summary: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationS: number;
  /** How many seconds of the model pass in one second of the run. @default 1 */
  readonly timeFactor?: number;
  readonly observations: readonly Observation[];
  readonly faults: readonly Fault[];
  readonly alarms: readonly AlarmSpan[];
  /** In the order of time. */
  readonly events: readonly DrillEvent[];
  readonly durability?: Durability;
  readonly prediction?: Prediction;
}

/** One expectation, and whether it was met. */
export type Check = Readonly<{ check: string; passed: boolean; measured: string; expected: string }>;
