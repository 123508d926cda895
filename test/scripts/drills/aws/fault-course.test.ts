import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FaultCourse } from '../../../../scripts/drills/aws/fault-course.ts';
import type { Fault } from '../../../../scripts/drills/aws/faults/fault.ts';
import { Restoring } from '../../../../scripts/drills/aws/restoring.ts';
import { snapshotExample } from './snapshot-example.ts';

/** A fault that notes what is done with it, and is over when the test says so. */
function noted() {
  const done: string[] = [];
  const state = { isOver: false };
  const fault: Fault = {
    intent: 'break it',
    async cause() {
      done.push('cause');
      return 'broken';
    },
    isOver: () => state.isOver,
    async restore() {
      done.push('restore');
    },
  };
  return { fault, done, state };
}

describe('the course of a fault', () => {
  it('causes once when it is due, holds, takes back, and ends after the calm', async () => {
    const { fault, done, state } = noted();
    const told: string[] = [];
    const course = new FaultCourse({ faultAtS: 60, holdS: 30, calmS: 20 }, fault, (text) => told.push(text));
    const follow = (second: number) => course.follow(second, snapshotExample({ second }));
    await follow(55);
    assert.deepEqual([done, course.spans(55)], [[], []]);
    await follow(60);
    await follow(85);
    assert.deepEqual(done, ['cause']);
    assert.deepEqual(course.spans(87), [{ text: 'broken', fromS: 60, toS: 87 }]);
    await follow(90);
    await follow(95);
    assert.deepEqual(done, ['cause', 'restore']);
    state.isOver = true;
    await follow(100);
    assert.equal(course.isOver, true);
    assert.deepEqual([course.isDone(119), course.isDone(120)], [false, true]);
    assert.deepEqual(course.spans(500), [{ text: 'broken', fromS: 60, toS: 100 }]);
    assert.deepEqual(told, ['broken', 'the fault is taken back', 'the stage is whole again']);
  });
});

describe('a fault that is restored for sure', () => {
  it('waits with restoring for a cause on its way, and causes nothing afterwards', async () => {
    const { fault, done } = noted();
    const answer = Promise.withResolvers<string>();
    const slow: Fault = { ...fault, cause: () => answer.promise.finally(() => done.push('cause')) };
    const restoring = new Restoring(slow);
    const caused = restoring.cause();
    const closed = restoring.close();
    answer.resolve('broken');
    await Promise.all([caused, closed]);
    assert.deepEqual(done, ['cause', 'restore']);
    await assert.rejects(restoring.cause(), /the drill is over: not done: break it/);
  });

  it('keeps why restoring failed, until it succeeds', async () => {
    const { fault } = noted();
    let works = false;
    const restoring = new Restoring({
      ...fault,
      restore: async () => assert.ok(works, 'AWS says no'),
    });
    await restoring.restore();
    await restoring.restore();
    assert.deepEqual(restoring.failures, ['break it: AWS says no']);
    works = true;
    await restoring.close();
    assert.deepEqual(restoring.failures, []);
  });
});
