import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { timestampsIn } from '../../../../../scripts/drills/rehearsal/stage/table-reader.ts';

describe('timestampsIn', () => {
  it("reads a block's lines as full timestamps", () => {
    const lines = '00.123456 3f5c8a1b 203.0.113.7\n00.123457 3f5c8a1c 203.0.113.7 http';
    assert.deepEqual(timestampsIn('2026-11-21T07:45:00.123457Z#k3f9a2v0#000001a', lines), [
      '2026-11-21T07:45:00.123456Z',
      '2026-11-21T07:45:00.123457Z',
    ]);
  });

  it('reads a block that began before the full hour', () => {
    assert.deepEqual(timestampsIn('2026-11-21T08:00:00.100000Z#k3f9a2v0#000001a', '59.900000 a b\n00.100000 c d'), [
      '2026-11-21T07:59:59.900000Z',
      '2026-11-21T08:00:00.100000Z',
    ]);
  });
});
