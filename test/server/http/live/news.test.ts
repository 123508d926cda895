import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReadNews } from '../../../../server/http/live/news.ts';

function readNewsWith(oldestSpillS: number | undefined) {
  const read = createReadNews({
    store: { listRecords: async () => ({ records: [] }) },
    isComplete: () => false,
    clockErrorMicros: () => undefined,
    oldestSpillS: () => oldestSpillS,
    ratesPerSecond: () => [],
    nowMicros: () => 1_795_219_200_000_000,
  });
  return read();
}

describe('the news of the live page', () => {
  it('have 0 seconds only if no block is spilled', async () => {
    const shown = [];
    for (const age of [undefined, 0, 0.2, 1.2]) shown.push((await readNewsWith(age)).oldestSpillSeconds);
    assert.deepEqual(shown, [null, 0, 1, 2]);
  });
});
