import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Stack } from '../../../scripts/aws/cloudformation.ts';
import { stagesOf } from '../../../scripts/stage/stages.ts';
import { expiredStages } from '../../../scripts/stage/temporary/expired.ts';
import { expirySettings, timeToLive } from '../../../scripts/stage/temporary/time-to-live.ts';

const NOW = new Date('2026-11-27T12:00:00Z');
const OVER = '2026-11-27T11:00:00Z';
const AHEAD = '2026-11-27T13:00:00Z';

function stack(stage: string, part: string, expires?: string, changes: Partial<Stack> = {}): Stack {
  const name = `stampede-${stage}-${part}`;
  return {
    id: name,
    name,
    status: 'CREATE_COMPLETE',
    isProtected: false,
    createdAt: NOW,
    outputs: {},
    tags: { Service: 'stampede', Stage: stage, ...(expires && { 'stampede:expires': expires }) },
    ...changes,
  };
}

const expired = (...stacks: readonly Stack[]) => expiredStages(stagesOf(stacks), NOW).expired.map(({ stage }) => stage);

describe('the stages of an account', () => {
  it('are found by the tags and names of their stacks', () => {
    const foreign = stack('other', 'data', undefined, { tags: { Stage: 'other' } });
    const renamed = stack('dev', 'archive');
    const found = stagesOf([stack('pr-2', 'data'), stack('dev', 'data'), stack('dev', 'network'), foreign, renamed]);
    assert.deepEqual(
      found.map(({ stage, stacks }) => [stage, stacks.length]),
      [
        ['dev', 2],
        ['pr-2', 1],
      ],
    );
  });
});

describe('a stage has expired', () => {
  it('when the time of its stacks is over', () => {
    assert.deepEqual(expired(stack('pr-1', 'data', OVER), stack('pr-2', 'data', AHEAD)), ['pr-1']);
  });

  it('not while one of its stacks has a later time: a deployment extends it stack by stack', () => {
    assert.deepEqual(expired(stack('pr-1', 'data', AHEAD), stack('pr-1', 'network', OVER)), []);
  });

  it('never if one of its stacks has no time, or one that is none', () => {
    assert.deepEqual(expired(stack('dev', 'data', OVER), stack('dev', 'network')), []);
    assert.deepEqual(expired(stack('dev', 'data', 'yesterday')), []);
  });

  it('but is left alone while a deployment changes it, and not while it is deleted', () => {
    const stages = stagesOf([
      stack('pr-1', 'data', OVER, { status: 'UPDATE_IN_PROGRESS' }),
      stack('pr-2', 'data', OVER, { status: 'DELETE_IN_PROGRESS' }),
    ]);
    const { expired: over, busy } = expiredStages(stages, NOW);
    assert.deepEqual([over.map(({ stage }) => stage), busy.map(({ stage }) => stage)], [['pr-2'], ['pr-1']]);
  });
});

describe('the time of a temporary stage', () => {
  it('is given in hours or days, two weeks at most', () => {
    assert.deepEqual([timeToLive.parse('8h'), timeToLive.parse('14d')], [8, 336]);
    for (const wrong of ['8', '0h', '15d', '337h', '1w']) assert.ok(!timeToLive.safeParse(wrong).success, wrong);
  });

  it('becomes the UTC time at which it ends', () => {
    assert.deepEqual(expirySettings({ stage: 'pr-1', set: [], ttl: 8 }, NOW), ['expires=2026-11-27T20:00:00Z']);
  });

  it('must be given for the environment of a branch, and cannot be given for several regions', () => {
    assert.throws(
      () => expirySettings({ stage: 'pr-1', set: [], ttl: undefined }, NOW),
      /--stage is 'pr-1'.*expected --ttl too/,
    );
    const several = [{ regions: ['a', 'b'], set: [] }, { set: ['nat=single', 'regions=a,b'] }];
    for (const given of several) {
      const refused = /--ttl is for a stage in one region: expected it without --regions and --set regions=/;
      assert.throws(() => expirySettings({ stage: 'dev', ttl: 8, ...given }, NOW), refused);
    }
    assert.deepEqual(expirySettings({ stage: 'dev', set: ['regions='], ttl: undefined }, NOW), []);
  });
});
