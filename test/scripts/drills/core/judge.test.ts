import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge, type Objectives, timeToDetectS, timeToRecoverS } from '../../../../scripts/drills/core/judge.ts';
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

const passedChecks = (given: Partial<DrillRun>, changes: Partial<Objectives> = {}) =>
  judge({ ...run, ...given }, { ...objectives, ...changes }).checks.map(({ passed }) => passed);

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

  it('counts from the fault to the first second that stays healthy', () => {
    assert.equal(timeToRecoverS(run, health), 5);
  });

  it('is 0 when users were never affected', () => {
    assert.equal(
      timeToRecoverS(
        withSeconds(() => ({ errorsPerS: 0, p99Ms: 20 })),
        health,
      ),
      0,
    );
  });

  it('does not take a short healthy stretch for a recovery', () => {
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
  it('passes a drill whose checks all pass', () => {
    const verdict = judge(run, objectives);
    assert.equal(verdict.passed, true);
    assert.deepEqual([verdict.detectedAfterS, verdict.recoveredAfterS], [3, 5]);
    assert.deepEqual(
      verdict.checks.map(({ check, measured, expected }) => `${check}: ${measured}; ${expected}`),
      [
        'the steady state is healthy: 0.00 % errors, p99 20 ms; at most 1.00 % errors, p99 200 ms',
        'requests are answered: 250 of 6000 failed (4.17 %); at most 5.00 %',
        'the fault is detected: after 3 s; within 5 s',
        'the service recovers: after 5 s; within 10 s',
        'every acknowledged timestamp is stored: 5750 of 5750 found; all of them, and one at least',
      ],
    );
  });

  it('fails the check that was not met, and the drill with it', () => {
    assert.deepEqual(passedChecks({}, { errorRatio: 0.04 }), [true, false, true, true, true]);
    assert.deepEqual(passedChecks({}, { detectS: 2 }), [true, true, false, true, true]);
    assert.deepEqual(passedChecks({}, { recoverS: 4 }), [true, true, true, false, true]);
    assert.deepEqual(passedChecks({ durability: { acknowledged: 10, stored: 9 } }), [true, true, true, true, false]);
    assert.equal(judge(run, { ...objectives, recoverS: 4 }).passed, false);
  });

  it('fails what was not detected or did not recover', () => {
    const { measured, passed } = judge({ ...run, events: [] }, objectives).checks[2] ?? {};
    assert.deepEqual([measured, passed], ['never', false]);
  });

  it('fails a service that was unhealthy before, or got no requests', () => {
    const { passed } =
      judge(
        withSeconds(({ second }) => (second < 20 ? { errorsPerS: 2 } : {})),
        objectives,
      ).checks[0] ?? {};
    assert.equal(passed, false);
    const idle = withSeconds(() => ({ requestsPerS: 0, errorsPerS: 0 }));
    assert.deepEqual(passedChecks({ observations: idle.observations }).slice(0, 2), [false, false]);
    assert.equal(passedChecks({ durability: { acknowledged: 0, stored: 0 } }).at(-1), false);
  });

  it('judges only what has an objective, and the own checks of the drill', () => {
    const { durability: _, ...unchecked } = run;
    const own = { check: 'direct SSH is refused', passed: false, measured: 'connected', expected: 'refused' };
    const { health, errorRatio } = objectives;
    const { checks, passed } = judge({ ...unchecked, observations: [healthySecond(0)] }, { health, errorRatio }, [own]);
    assert.deepEqual(
      checks.map(({ passed }) => passed),
      [true, true, false],
    );
    assert.equal(passed, false);
  });
});
