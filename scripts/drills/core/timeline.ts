import type { AlarmSpan, DrillEvent, Fault, Observation } from './run-record.ts';

const MS = 1_000;

/** What is seen of a stage while a drill runs; times are seconds from its start. */
export class Timeline {
  readonly startedAtMs: number;
  readonly faults: Fault[] = [];
  readonly #events: DrillEvent[] = [];
  readonly #fleet = new Map<number, Pick<Observation, 'desired' | 'inService' | 'cpuPercent'>>();
  readonly #endedAlarms: AlarmSpan[] = [];
  readonly #alarmsSince = new Map<string, number>();

  constructor(startedAtMs: number) {
    this.startedAtMs = startedAtMs;
  }

  /** The current second. */
  get second(): number {
    return this.secondOf(Date.now());
  }

  /** The second in which a time in epoch milliseconds lies; 0 for what was before. */
  secondOf(atMs: number): number {
    return Math.max(0, Math.floor(this.secondsAt(atMs)));
  }

  /** Seconds, with their fraction, from the start to a time in epoch milliseconds. */
  secondsAt(atMs: number): number {
    return (atMs - this.startedAtMs) / MS;
  }

  /** All events, in the order of time. */
  get events(): DrillEvent[] {
    return this.#events.toSorted((one, other) => one.second - other.second);
  }

  /** Records an event; `detection`: it shows that the fault was detected. */
  addEvent(second: number, text: string, detection = false): void {
    this.#events.push({ second, text, detection });
  }

  /** Records an event that happens now, and prints it as progress. */
  log(text: string, detection = false): void {
    console.error(`  ${String(this.second).padStart(4)} s  ${text}`);
    this.addEvent(this.second, text, detection);
  }

  /** Records the size of the fleet, and its CPU, at a second. */
  seeFleet(fleet: Pick<Observation, 'desired' | 'inService' | 'cpuPercent'>, second = this.second): void {
    this.#fleet.set(second, fleet);
  }

  /** Records the state of an alarm; returns true when it has just gone to ALARM. */
  seeAlarm(name: string, state: string, second = this.second): boolean {
    const since = this.#alarmsSince.get(name);
    if (state === 'ALARM') {
      if (since === undefined) this.#alarmsSince.set(name, second);
      return since === undefined;
    }
    if (since !== undefined) this.#endedAlarms.push({ name, fromS: since, toS: second });
    this.#alarmsSince.delete(name);
    return false;
  }

  /** When which alarm was in ALARM, up to the end of the run. */
  alarmsUntil(endS: number): AlarmSpan[] {
    const open = [...this.#alarmsSince].map(([name, fromS]) => ({ name, fromS, toS: Math.max(fromS, endS) }));
    return [...this.#endedAlarms, ...open];
  }

  /** Adds to each second of the clients what was last seen of the fleet. */
  join(observations: readonly Observation[]): Observation[] {
    const seen = [...this.#fleet].map(([second, fleet]) => ({ second, fleet }));
    return observations.map((observation) => ({
      ...observation,
      ...seen.findLast(({ second }) => second <= observation.second)?.fleet,
    }));
  }
}
