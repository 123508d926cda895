import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPossible, STAGES } from './deployments.ts';
import { CHANGEABLE, flipsOf } from './flips.ts';
import { combinedChangesOf } from './stage-changes.ts';

// The two files test/slow/transitions-*.test.ts change each setting of both stages.
combinedChangesOf('dev');

describe('the list of changes', () => {
  it('has a change for each setting', () => {
    const unchanged = CHANGEABLE.filter((setting) =>
      STAGES.every((stage) => !flipsOf(setting, stage).some((flip) => isPossible(stage, flip))),
    );
    assert.deepEqual(unchanged, [], 'Add a change to FLIPS in flips.ts');
  });
});
