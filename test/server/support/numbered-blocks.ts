import type { Block } from '../../../server/timestamps/block.ts';
import type { Micros } from '../../../server/timestamps/record.ts';

/** Returns a function that makes blocks of one timestamp, each a microsecond later than the one before it. */
export function createNumberedBlocks(startMicros: Micros): () => Block {
  let sequence = 0;
  return () => ({
    shard: 0,
    writer: 'k3f9a2v0',
    sequence: ++sequence,
    instance: 'i-0abc1234def567890',
    arrivals: [
      {
        micros: startMicros + sequence,
        traceId: '1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e',
        clientAddress: '2001:db8::1',
        protocol: 'https',
      },
    ],
  });
}
