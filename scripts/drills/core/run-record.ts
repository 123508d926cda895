/** What was seen of the service in the second that begins at `second`, counted from the start of the run. */
export interface Observation {
  readonly second: number;
  readonly requestsPerS: number;
  /** Requests that got no answer, or one of 5xx. */
  readonly errorsPerS: number;
  /** @default - nothing was answered */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
  /** Average of the fleet. @default - not measured */
  readonly cpuPercent?: number;
  readonly desired?: number;
  readonly inService?: number;
}

/** A part of a run, in seconds from its start. */
export interface Span {
  readonly fromS: number;
  readonly toS: number;
}

/** A fault that the drill caused. */
export interface Fault extends Span {
  readonly text: string;
}

/** A time during which an alarm was in ALARM. */
export interface AlarmSpan extends Span {
  readonly name: string;
}

/** Something that happened, and whether it shows that the fault was detected (a target unhealthy, an alarm). */
export interface DrillEvent {
  readonly second: number;
  readonly text: string;
  readonly detection: boolean;
}

/** How a fleet's desired capacity changed. */
export interface CapacityCourse {
  readonly peak: number;
  /** Second of the first scale-out. @default - it never scaled out */
  readonly outAtS?: number;
  /** Second of the first scale-in. @default - it never scaled in */
  readonly inAtS?: number;
}

/** What the model expected for a second of the run. */
export interface PredictedSecond {
  readonly second: number;
  /** The load that the model was given. */
  readonly demandPerS: number;
  readonly cpuPercent: number;
  readonly desired: number;
  readonly inService: number;
}

/** What the scaling model predicts for the measured load. */
export interface Prediction {
  /** Requests/s of one instance at 100 % CPU, as the model assumes. */
  readonly requestsPerInstance: number;
  /** Seconds of the run from launch to service, as the model assumes. */
  readonly bootS: number;
  readonly seconds: readonly PredictedSecond[];
  readonly predicted: CapacityCourse;
  readonly measured: CapacityCourse;
}

/** Timestamps that were answered with 2xx, and how many of them were found in the table. */
export interface Durability {
  readonly acknowledged: number;
  readonly stored: number;
}

/** Everything that was recorded in one drill. */
export interface DrillRun {
  /** Name of the drill: `kill-instance`. */
  readonly drill: string;
  /** One sentence: what was done to the service. */
  readonly summary: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationS: number;
  /** How many seconds of the model pass in one second of the run. @default 1 */
  readonly timeFactor?: number;
  readonly observations: readonly Observation[];
  readonly faults: readonly Fault[];
  readonly alarms: readonly AlarmSpan[];
  readonly events: readonly DrillEvent[];
  /** @default - not compared */
  readonly durability?: Durability;
  /** @default - not predicted */
  readonly prediction?: Prediction;
}

/** One expectation, and whether it was met. */
export interface Check {
  readonly check: string;
  readonly passed: boolean;
  readonly measured: string;
  readonly expected: string;
}
