import type { Stage } from '../rehearsal/stage/stage.ts';
import type { AlarmSpan, DrillEvent, Fault, Observation } from './run-record.ts';

const MS = 1_000;

/** What made a fleet scale. */
export interface Heat {
  /** When the first period of the controller began, epoch milliseconds. */
  readonly scalingFromMs: number;
  /** When each computation was asked for, epoch milliseconds. */
  readonly sentAtMs: readonly number[];
}

/** What is seen of the stage while a drill runs; times are seconds from its start. */
export class Timeline {
  readonly events: DrillEvent[] = [];
  readonly faults: Fault[] = [];
  readonly alarms: AlarmSpan[] = [];
  /** Set by a drill that scales. */
  heat: Heat | undefined;
  readonly #startedAtMs: number;
  readonly #fleet = new Map<number, { desired: number; inService: number; cpuPercent?: number }>();

  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
  }

  get second(): number {
    return Math.max(0, Math.floor(this.secondsAt(Date.now())));
  }

  /** Seconds, and parts of one, from the start to a time in epoch milliseconds. */
  secondsAt(atMs: number): number {
    return (atMs - this.#startedAtMs) / MS;
  }

  /** Notes an event and shows it as progress. */
  tell(text: string, detection = false): void {
    console.error(`  ${String(this.second).padStart(4)} s  ${text}`);
    this.events.push({ second: this.second, text, detection });
  }

  /** Notes the size of the fleet for this second. */
  see({ fleet }: Pick<Stage, 'fleet'>, cpuPercent?: number): void {
    const seen = { desired: fleet.desired, inService: fleet.inService.length };
    this.#fleet.set(this.second, cpuPercent === undefined ? seen : { ...seen, cpuPercent });
  }

  /** Adds what was seen of the fleet to what clients saw. */
  join(observations: readonly Observation[]): Observation[] {
    return observations.map((observation) => ({ ...observation, ...this.#fleet.get(observation.second) }));
  }
}
