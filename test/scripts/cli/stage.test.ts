import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../scripts/cli/errors.ts';
import { parseStage } from '../../../scripts/cli/stage.ts';

describe('parseStage', () => {
  it('takes names that the stack takes', () => {
    assert.deepEqual(['dev', 'prod', 'prod-eu', 'pr-17'].map(parseStage), ['dev', 'prod', 'prod-eu', 'pr-17']);
  });

  it('refuses others with value and expectation', () => {
    for (const stage of ['', 'd', 'Prod', 'a-stage-too-long', '1st']) {
      assert.throws(() => parseStage(stage), UsageError, stage);
    }
    assert.throws(() => parseStage('Prod'), /--stage is 'Prod': expected 2 to 12 lower-case/);
  });
});
