import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPossible, STAGES } from './deployments.ts';
import { CHANGEABLE, flipsOf } from './flips.ts';
import { changesOf } from './stage-changes.ts';

// test/slow/transitions-prod.test.ts does the same for the other stage.
changesOf('dev');

describe('the list of changes', () => {
  it('has a change for each setting', () => {
    const unchanged = CHANGEABLE.filter((setting) =>
      STAGES.every((stage) => !flipsOf(setting, stage).some((flip) => isPossible(stage, flip))),
    );
    assert.deepEqual(unchanged, [], 'Add a change to FLIPS in flips.ts');
  });
});
