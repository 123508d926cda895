import type { AlarmSpan, DrillEvent, Fault, Observation } from './run-record.ts';

type FleetState = Pick<Observation, 'desired' | 'inService' | 'cpuPercent'>;

/** What is seen of a stage while a drill runs; times are seconds from its start. */
export class Timeline {
  readonly startedAtMs: number;
  readonly faults: Fault[] = [];
  readonly #events: DrillEvent[] = [];
  readonly #fleet = new Map<number, FleetState>();
  readonly #alarms: { name: string; fromS: number; toS?: number }[] = [];

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
    return (atMs - this.startedAtMs) / 1_000;
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

  /** Records that a fault begins now, and prints it; the returned function records its end. */
  beginFault(text: string): () => void {
    const fromS = this.second;
    this.log(`fault: ${text}`);
    return () => this.faults.push({ fromS, toS: Math.max(fromS + 1, this.second), text });
  }

  /** Records the size of the fleet, and its CPU, at a second. */
  seeFleet(fleet: FleetState, second = this.second): void {
    this.#fleet.set(second, fleet);
  }

  /** Records the state of an alarm; returns true when it has just gone to ALARM. */
  seeAlarm(name: string, state: string, second = this.second): boolean {
    const inAlarm = this.#alarms.find((alarm) => alarm.name === name && alarm.toS === undefined);
    if (inAlarm && state !== 'ALARM') inAlarm.toS = second;
    if (inAlarm || state !== 'ALARM') return false;
    this.#alarms.push({ name, fromS: second });
    return true;
  }

  /** When which alarm was in ALARM, up to the end of the run; in the order of their ends. */
  alarmsUntil(endS: number): AlarmSpan[] {
    const spans = this.#alarms.map((alarm) => ({ toS: Math.max(alarm.fromS, endS), ...alarm }));
    return spans.sort((one, other) => one.toS - other.toS);
  }

  /** Adds to each second of the clients what was last seen of the fleet. */
  join(observations: readonly Observation[]): Observation[] {
    const seen = [...this.#fleet];
    return observations.map((observation) => ({
      ...observation,
      ...seen.findLast(([second]) => second <= observation.second)?.[1],
    }));
  }
}
