/** Judges the history of a run against the table. Everything here is pure. */
import type { ClockEvent, History, Outcome } from '../history.ts';
import type { StoredRecord } from './stored.ts';

/** What a run counted of requests without a key. Lists have the trace ids of the requests, so that a failure can be followed. */
export interface Findings {
  readonly requests: number;
  /** Answered with 201: in the table. */
  readonly acknowledged: number;
  /** Answered with 202: in the spill bucket first, and in the table at the end. */
  readonly accepted: number;
  /** Neither: refused, or without an answer. They may be in the table. */
  readonly ambiguous: number;
  readonly ambiguousStored: number;
  /** Acknowledged or accepted, and not in the table with the answered time. */
  readonly lost: readonly string[];
  /** In the table more than once. */
  readonly doubled: readonly string[];
  /** In the table, and never sent. */
  readonly invented: readonly string[];
  /** Neither answered nor closed within the client's deadline. */
  readonly unanswered: readonly string[];
  /** Answered with something other than 201, 202 or 503: `500 <trace>`. */
  readonly unexpected: readonly string[];
  /** Ids that two answers share. */
  readonly sharedIds: readonly string[];
  /** Records of one writer whose times do not increase: `<writer> <time>`. */
  readonly outOfOrder: readonly string[];
  /** Acknowledged times that the workers' clock did not show between request and answer. */
  readonly wrongTimes: readonly string[];
}

export function findingsOf(history: History, stored: readonly StoredRecord[]): Findings {
  const { outcomes, clock } = history;
  const byTrace = Map.groupBy(stored, ({ trace }) => trace);
  const sent = new Set(outcomes.map(({ trace }) => trace));
  const plain = outcomes.filter(({ key }) => key === undefined);
  const kept = plain.filter(isKept);
  const others = plain.filter((outcome) => !isKept(outcome));
  const tracesOf = (some: readonly { trace: string }[]) => some.map(({ trace }) => trace);
  return {
    requests: plain.length,
    acknowledged: kept.filter(({ status }) => status === 201).length,
    accepted: kept.filter(({ status }) => status === 202).length,
    ambiguous: others.length,
    ambiguousStored: others.filter(({ trace }) => byTrace.has(trace)).length,
    lost: tracesOf(kept.filter(({ trace, time }) => !byTrace.get(trace)?.some((record) => record.time === time))),
    doubled: [...byTrace].filter(([, records]) => records.length > 1).map(([trace]) => trace),
    invented: [...byTrace.keys()].filter((trace) => !sent.has(trace)),
    unanswered: tracesOf(others.filter(({ error }) => error === 'NO_ANSWER')),
    unexpected: others
      .filter(({ status }) => status !== undefined && status !== 503)
      .map(({ status, trace }) => `${status} ${trace}`),
    sharedIds: repeated(kept.map(({ id }) => id ?? 'none')),
    outOfOrder: outOfOrder(stored),
    wrongTimes: tracesOf(kept.filter((outcome) => !isTimely(outcome, clock))),
  };
}

function isKept({ status }: Outcome): boolean {
  return status === 201 || status === 202;
}

function repeated(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.has(value) || !seen.add(value));
}

/** A writer numbers its blocks; its times must increase from block to block, and within each. */
function outOfOrder(stored: readonly StoredRecord[]): string[] {
  const wrong: string[] = [];
  for (const [writer, records] of Map.groupBy(stored, (record) => record.writer)) {
    const blocks = [...Map.groupBy(records, ({ sequence }) => sequence)].toSorted(([one], [other]) =>
      one < other ? -1 : 1,
    );
    let last = '';
    for (const { time } of blocks.flatMap(([, block]) => block)) {
      if (time <= last) wrong.push(`${writer} ${time}`);
      last = time;
    }
  }
  return wrong;
}

/** A step reaches a worker within this time, and a reading of its clock is this old at most. */
const CLOCK_TOLERANCE_MS = 300;

/** Whether the clock of the workers showed the time of the answer at some moment between request and answer. */
export function isTimely({ time = '', sentMs, endedMs }: Outcome, clock: readonly ClockEvent[]): boolean {
  const ms = Date.parse(time);
  return offsetsBetween(clock, sentMs - CLOCK_TOLERANCE_MS, endedMs).some((offsetMs) => {
    const shownMs = ms - offsetMs;
    return shownMs >= sentMs - CLOCK_TOLERANCE_MS && shownMs <= endedMs + CLOCK_TOLERANCE_MS;
  });
}

/** The offsets that were in effect at some moment between two times. */
function offsetsBetween(clock: readonly ClockEvent[], fromMs: number, toMs: number): number[] {
  return clock
    .filter(({ atMs }, index) => atMs <= toMs && (clock[index + 1]?.atMs ?? Infinity) >= fromMs)
    .map(({ offsetMs }) => offsetMs);
}
