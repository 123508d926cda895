import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge, type Objectives } from '../../../../scripts/drills/core/judge.ts';
import { timeToDetectS, timeToRecoverS } from '../../../../scripts/drills/core/recovery.ts';
import type { DrillRun, Observation } from '../../../../scripts/drills/core/run-record.ts';
import { healthySecond, run } from './run-example.ts';

const objectives: Objectives = {
  health: { errorRatio: 0.01, p99Ms: 200 },
  errorRatio: 0.05,
  detectS: 5,
  recoverS: 10,
};

/** The example with some seconds replaced. */
const withSeconds = (change: (observation: Observation) => Partial<Observation>): DrillRun => ({
  ...run,
  observations: run.observations.map((observation) => ({ ...observation, ...change(observation) })),
});

const keptLines = (given: Partial<DrillRun>, changes: Partial<Objectives> = {}) =>
  judge({ ...run, ...given }, { ...objectives, ...changes }).lines.map(({ kept }) => kept);

describe('timeToDetectS', () => {
  it('counts from the fault to the first sign after it', () => {
    assert.equal(timeToDetectS(run), 3);
  });

  it('is unknown without a sign, or without a fault', () => {
    assert.equal(timeToDetectS({ ...run, events: run.events.slice(0, 2) }), undefined);
    assert.equal(timeToDetectS({ ...run, faults: [] }), undefined);
  });
});

describe('timeToRecoverS', () => {
  const { health } = objectives;

  it('counts from the fault to the first second of a lasting calm', () => {
    assert.equal(timeToRecoverS(run, health), 5);
  });

  it('is 0 when users never noticed', () => {
    assert.equal(
      timeToRecoverS(
        withSeconds(() => ({ errorsPerS: 0, p99Ms: 20 })),
        health,
      ),
      0,
    );
  });

  it('does not take a short calm for a recovery', () => {
    const relapse = withSeconds(({ second }) => (second === 34 ? { errorsPerS: 9 } : {}));
    assert.equal(timeToRecoverS(relapse, health), 15);
    const later = withSeconds(({ second }) => (second === 36 ? { errorsPerS: 9 } : {}));
    assert.equal(timeToRecoverS(later, health), 5);
  });

  it('counts slow answers as unhealthy', () => {
    const slow = withSeconds(({ second }) => (second < 31 ? { p99Ms: 500 } : {}));
    assert.equal(timeToRecoverS(slow, health), 11);
  });

  it('is unknown when errors go on to the end', () => {
    assert.equal(
      timeToRecoverS(
        withSeconds(({ second }) => ({ errorsPerS: second >= 20 ? 9 : 0 })),
        health,
      ),
      undefined,
    );
    assert.equal(timeToRecoverS({ ...run, observations: [] }, health), undefined);
  });
});

describe('judge', () => {
  it('passes a drill that kept every promise', () => {
    const verdict = judge(run, objectives);
    assert.equal(verdict.passed, true);
    assert.deepEqual([verdict.detectedAfterS, verdict.recoveredAfterS], [3, 5]);
    assert.deepEqual(
      verdict.lines.map(({ promise, measured, expected }) => `${promise}: ${measured}; ${expected}`),
      [
        'the steady state is healthy: 0.00 % errors, p99 20 ms; at most 1.00 % errors, p99 200 ms',
        'requests are answered: 250 of 6000 failed (4.17 %); at most 5.00 %',
        'the fault is noticed: after 3 s; within 5 s',
        'users are served well again: after 5 s; within 10 s',
        'every acknowledged timestamp is stored: 5750 of 5750 found; all of them, and one at least',
      ],
    );
  });

  it('fails the promise that was broken, and the whole with it', () => {
    assert.deepEqual(keptLines({}, { errorRatio: 0.04 }), [true, false, true, true, true]);
    assert.deepEqual(keptLines({}, { detectS: 2 }), [true, true, false, true, true]);
    assert.deepEqual(keptLines({}, { recoverS: 4 }), [true, true, true, false, true]);
    assert.deepEqual(keptLines({ durability: { acknowledged: 10, stored: 9 } }), [true, true, true, true, false]);
    assert.equal(judge(run, { ...objectives, recoverS: 4 }).passed, false);
  });

  it('fails what was not noticed or did not recover', () => {
    const { measured, kept } = judge({ ...run, events: [] }, objectives).lines[2] ?? {};
    assert.deepEqual([measured, kept], ['never', false]);
  });

  it('proves nothing with a service that was not well before, or was not asked', () => {
    const { kept } =
      judge(
        withSeconds(({ second }) => (second < 20 ? { errorsPerS: 2 } : {})),
        objectives,
      ).lines[0] ?? {};
    assert.equal(kept, false);
    const idle = withSeconds(() => ({ requestsPerS: 0, errorsPerS: 0 }));
    assert.deepEqual(keptLines({ observations: idle.observations }).slice(0, 2), [false, false]);
    assert.equal(keptLines({ durability: { acknowledged: 0, stored: 0 } }).at(-1), false);
  });

  it('judges only what a scenario promises, and its own proofs', () => {
    const { durability: _, ...unchecked } = run;
    const proof = { promise: 'direct SSH is refused', kept: false, measured: 'connected', expected: 'refused' };
    const { health, errorRatio } = objectives;
    const { lines, passed } = judge({ ...unchecked, observations: [healthySecond(0)] }, { health, errorRatio }, [
      proof,
    ]);
    assert.deepEqual(
      lines.map(({ kept }) => kept),
      [true, true, false],
    );
    assert.equal(passed, false);
  });
});
