import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withBlock } from '../../../scripts/bench/generated-block.ts';

describe('withBlock', () => {
  const page = 'before <!-- a -->\nold<!-- /a -->\nafter\n';

  it('replaces the text between two comments, and only that', () => {
    assert.equal(withBlock(page, 'a', 'new $1'), 'before <!-- a -->\nnew $1<!-- /a -->\nafter\n');
    assert.equal(withBlock(page, 'a', 'old'), page);
  });

  it('refuses a page without the comments', () => {
    assert.throws(() => withBlock(page, 'b', 'new'), /no '<!-- b -->' before '<!-- \/b -->'/);
  });
});
