import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type Fault, faultCourse } from '../../../../scripts/drills/aws/fault-course.ts';
import { Timeline } from '../../../../scripts/drills/core/timeline.ts';
import { snapshotExample } from './snapshot-example.ts';

/** A fault that records what is done with it, and is over when the test says so. */
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

const times = { faultAtS: 60, holdS: 30, afterS: 20 };

describe('the course of a fault', () => {
  beforeEach((context) => {
    if ('mock' in context) context.mock.method(console, 'error', () => {});
  });

  it('causes once when it is due, holds, restores, and is done some time later', async () => {
    const { fault, done, state } = noted();
    const timeline = new Timeline(0);
    const course = faultCourse(times, fault, timeline);
    const follow = (second: number) => course.follow(second, snapshotExample({ second }));
    /** The fault as a report at this second would show it. */
    const recordedAt = (second: number) => {
      course.record(second);
      return timeline.faults.splice(0);
    };
    await follow(55);
    assert.deepEqual([done, recordedAt(55)], [[], []]);
    await follow(60);
    await follow(85);
    assert.deepEqual(done, ['cause']);
    assert.deepEqual(recordedAt(87), [{ text: 'broken', fromS: 60, toS: 87 }]);
    await follow(90);
    await follow(95);
    assert.deepEqual(done, ['cause', 'restore']);
    state.isOver = true;
    await follow(100);
    assert.equal(course.isOver(), true);
    assert.deepEqual([course.isDone(119), course.isDone(120)], [false, true]);
    assert.deepEqual(recordedAt(500), [{ text: 'broken', fromS: 60, toS: 100 }]);
    assert.deepEqual(
      timeline.events.map(({ text }) => text),
      ['broken', 'the fault is reverted', 'the group is back at desired capacity'],
    );
  });

  it('waits with restoring until its cause has finished, and causes nothing afterwards', async () => {
    const { fault, done } = noted();
    const answer = Promise.withResolvers<string>();
    const slow: Fault = { ...fault, cause: () => answer.promise.finally(() => done.push('cause')) };
    const course = faultCourse(times, slow, new Timeline(0));
    const caused = course.follow(60, snapshotExample());
    const closed = course.close();
    answer.resolve('broken');
    await Promise.all([caused, closed]);
    assert.deepEqual(done, ['cause', 'restore']);
    const interrupted = faultCourse(times, fault, new Timeline(0));
    await interrupted.close();
    await assert.rejects(interrupted.follow(60, snapshotExample()), /the drill is over: not done: break it/);
    assert.deepEqual(done, ['cause', 'restore', 'restore']);
  });

  it('keeps why restoring failed, until it succeeds', async () => {
    const { fault } = noted();
    let works = false;
    const failing = { ...fault, restore: async () => assert.ok(works, 'AWS says no') };
    const course = faultCourse(times, failing, new Timeline(0));
    await course.restore();
    await course.restore();
    assert.equal(course.restoreFailure(), 'break it: AWS says no');
    works = true;
    await course.close();
    assert.equal(course.restoreFailure(), undefined);
  });
});
