import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ClockEvent, historyOf, type Outcome } from '../../../scripts/torture/history.ts';
import { type Findings, findingsOf } from '../../../scripts/torture/judge/checker.ts';
import { recordsOf, type StoredRecord } from '../../../scripts/torture/judge/stored.ts';

const START_MS = Date.parse('2026-11-21T07:45:00Z');
const traceOf = (n: number) => String(n).padStart(24, '0');
const timeOf = (n: number) => `2026-11-21T07:45:${String(n).padStart(2, '0')}.000001Z`;

/** Request `n` is sent in second `n` and answered after 5 ms. */
function outcome(n: number, changes: Partial<Outcome> = {}): Outcome {
  const sentMs = START_MS + n * 1_000;
  const times = { sentMs, endedMs: sentMs + 5 };
  return { kind: 'outcome', trace: traceOf(n), ...times, status: 201, id: `id${n}`, time: timeOf(n), ...changes };
}

function refused(n: number, result: Pick<Outcome, 'status' | 'error'>): Outcome {
  const { sentMs, endedMs, trace } = outcome(n);
  return { kind: 'outcome', trace, sentMs, endedMs, ...result };
}

function record(n: number, changes: Partial<StoredRecord> = {}): StoredRecord {
  return { trace: traceOf(n), time: timeOf(n), writer: 'w', sequence: String(n).padStart(7, '0'), ...changes };
}

const RIGHT_CLOCK: ClockEvent = { kind: 'clock', atMs: 0, offsetMs: 0 };

function judge(outcomes: readonly Outcome[], stored: readonly StoredRecord[], clock = [RIGHT_CLOCK]): Findings {
  return findingsOf(historyOf([...clock, ...outcomes]), stored);
}

const SOUND: Findings = {
  requests: 3,
  acknowledged: 3,
  accepted: 0,
  ambiguous: 0,
  ambiguousStored: 0,
  lost: [],
  doubled: [],
  invented: [],
  unanswered: [],
  unexpected: [],
  sharedIds: [],
  outOfOrder: [],
  wrongTimes: [],
};

describe('the checker of the torture run', () => {
  const three = [1, 2, 3];
  const outcomes = three.map((n) => outcome(n));
  const stored = three.map((n) => record(n));

  it('finds nothing wrong if each acknowledged request is in the table once', () => {
    assert.deepEqual(judge(outcomes, stored), SOUND);
  });

  it('counts accepted requests, which must be in the table as well', () => {
    const [first, ...others] = outcomes;
    const accepted = { ...(first as Outcome), status: 202 };
    assert.deepEqual(judge([accepted, ...others], stored), { ...SOUND, acknowledged: 2, accepted: 1 });
    assert.deepEqual(judge([accepted], []).lost, [traceOf(1)]);
  });

  it('finds a lost record', () => {
    assert.deepEqual(judge(outcomes, stored.slice(0, 2)), { ...SOUND, lost: [traceOf(3)] });
  });

  it('finds a record that is stored with another time than its answer', () => {
    const moved = [...stored.slice(0, 2), record(3, { time: timeOf(4) })];
    assert.deepEqual(judge(outcomes, moved), { ...SOUND, lost: [traceOf(3)] });
  });

  it('finds a doubled record', () => {
    const again = record(3, { writer: 'v', time: timeOf(4) });
    assert.deepEqual(judge(outcomes, [...stored, again]), { ...SOUND, doubled: [traceOf(3)] });
  });

  it('finds a record that no client sent', () => {
    assert.deepEqual(judge(outcomes, [...stored, record(4)]), { ...SOUND, invented: [traceOf(4)] });
  });

  it('finds a time of a writer that is not after the one before', () => {
    const late = record(2, { sequence: record(4).sequence });
    const wrong = judge(outcomes, [record(1), late, record(3)]);
    assert.deepEqual(wrong, { ...SOUND, outOfOrder: [`w ${timeOf(2)}`] });
  });

  it('finds two equal times in one block', () => {
    const { sequence } = record(1);
    assert.deepEqual(judge([outcome(1)], [record(1), record(1, { trace: traceOf(9), sequence })]).outOfOrder, [
      `w ${timeOf(1)}`,
    ]);
  });

  it('finds an id that was given twice', () => {
    const twin = outcome(3, { id: 'id1' });
    assert.deepEqual(judge([...outcomes.slice(0, 2), twin], stored), { ...SOUND, sharedIds: ['id1'] });
  });

  it('leaves open whether a request without 2xx is in the table', () => {
    const others = [refused(1, { status: 503 }), refused(2, { error: 'ECONNRESET' })];
    const findings = judge([...others, outcome(3)], [record(2), record(3)]);
    assert.deepEqual(findings, { ...SOUND, acknowledged: 1, ambiguous: 2, ambiguousStored: 1 });
  });

  it('finds requests without an answer, and answers that a client cannot handle', () => {
    const findings = judge([refused(1, { error: 'NO_ANSWER' }), refused(2, { status: 500 })], []);
    assert.deepEqual([findings.unanswered, findings.unexpected], [[traceOf(1)], [`500 ${traceOf(2)}`]]);
  });

  it('finds a time before the request or after the answer', () => {
    for (const time of [timeOf(2), timeOf(4)])
      assert.deepEqual(judge([outcome(3, { time })], [record(3, { time })]).wrongTimes, [traceOf(3)], time);
  });

  it('expects the times of the clock that the workers had, also around its steps', () => {
    const hourAhead: ClockEvent[] = [
      RIGHT_CLOCK,
      { kind: 'clock', atMs: START_MS + 1_500, offsetMs: 3_600_000 },
      { kind: 'clock', atMs: START_MS + 2_500, offsetMs: 0 },
    ];
    const time = timeOf(2).replace('T07', 'T08');
    const ahead = outcome(2, { time });
    assert.deepEqual(judge([outcome(1), ahead, outcome(3)], [], hourAhead).wrongTimes, []);
    assert.deepEqual(
      judge([outcome(2), outcome(3, { time: timeOf(3).replace('T07', 'T08') })], [], hourAhead).wrongTimes,
      [traceOf(2), traceOf(3)],
    );
  });
});

describe('the records of an item', () => {
  it('have the times of their lines, up to a minute before that of the sort key', () => {
    const lines = [
      '59.900001 0123456789abcdef01234567 127.0.0.1 http',
      '00.100000 1-6920060c-0123456789abcdef01234568 ::1',
    ];
    const block = { writer: 'k3f9a2v0', sequence: '000001a' };
    assert.deepEqual(recordsOf('2026-11-22T00:00:00.100000Z#k3f9a2v0#000001a', lines.join('\n')), [
      { trace: '0123456789abcdef01234567', time: '2026-11-21T23:59:59.900001Z', ...block },
      { trace: '0123456789abcdef01234568', time: '2026-11-22T00:00:00.100000Z', ...block },
    ]);
  });
});
