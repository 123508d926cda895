import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Progress, type ProgressOptions } from '../../../scripts/cli/progress.ts';

/** What is written when 1,500 items are read in each of three seconds. */
function written(options: Pick<ProgressOptions, 'expected'> & { readonly isTTY: boolean; readonly stepMs?: number }) {
  const { isTTY, stepMs = 1_000, expected } = options;
  let nowMs = 0;
  const texts: string[] = [];
  const output = { isTTY, write: (text: string) => texts.push(text) };
  const progress = new Progress({ unit: 'items', output, now: () => nowMs, expected });
  for (let step = 1; step <= 3; step++) {
    nowMs = step * stepMs;
    progress.add(1_500);
  }
  progress.end();
  return texts;
}

describe('Progress', () => {
  it('is a bar on a terminal, with the count and the rate', () => {
    assert.deepEqual(written({ isTTY: true, expected: 3_000 }), [
      `\r\x1b[K[${'#'.repeat(15)}${' '.repeat(15)}] 50 %, 1,500 items, 1,500/s`,
      `\r\x1b[K[${'#'.repeat(30)}] 100 %, 3,000 items, 1,500/s`,
      `\r\x1b[K[${'#'.repeat(30)}] 100 %, 4,500 items, 1,500/s`,
      '\r\x1b[K4,500 items in 3.0 s\n',
    ]);
  });

  it('has no bar if the end is unknown', () => {
    assert.equal(written({ isTTY: true })[0], '\r\x1b[K1,500 items, 1,500/s');
  });

  it('is one line every ten seconds in a log', () => {
    assert.deepEqual(written({ isTTY: false, stepMs: 6_000, expected: 6_000 }), [
      `[${'#'.repeat(15)}${' '.repeat(15)}] 50 %, 3,000 items, 250/s\n`,
      '4,500 items in 18.0 s\n',
    ]);
  });
});
