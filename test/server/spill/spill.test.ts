import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemRuntime } from '../../../server/runtime.ts';
import { spillKey } from '../../../server/spill/object.ts';
import { createSpill } from '../../../server/spill/spill.ts';
import { type Block, encodeBlock } from '../../../server/timestamps/block.ts';
import { parseRecordId } from '../../../server/timestamps/id.ts';
import { recordsOf } from '../support/record-ids.ts';
import { answerError, startS3 } from '../support/s3.ts';

let sequence = 0;

function block(): Block {
  const traceId = '1-69200b2c-3f5c8a1b9d7e4c6f8a0b2d4e';
  const micros = 1_795_000_000_000_000 + sequence;
  const arrivals = [{ micros, traceId, clientAddress: '203.0.113.7', protocol: 'https' as const }];
  return { shard: 3, writer: 'k3f9a2v0', sequence: sequence++, instance: 'i-1', arrivals };
}

const s3 = await startS3();
const stages: string[] = [];
const spill = createSpill({ bucket: s3.bucket, runtime: systemRuntime, onPut: (stage) => stages.push(stage) });
const keyOf = (each: Block) => spillKey(encodeBlock(each));

/** Loses the answer of the next put, after S3 has stored the object, and then does something. */
function loseAnswer(then: () => void = () => undefined) {
  s3.setFault((request, response, answer) => {
    response.end = () => {
      s3.setFault();
      then();
      return response.destroy();
    };
    answer(request, response);
  });
}

describe('spilling a block', () => {
  it('creates its object, and finds the block by the id of its record', async () => {
    const each = block();
    await spill.putBlock(each, 8_000);
    const [record] = recordsOf(each);
    const address = parseRecordId(record?.id ?? '');
    assert.ok(address);
    assert.deepEqual(await spill.getBlock(address, 8_000), each);
    assert.equal(await spill.getBlock({ ...address, sequence: 9_999 }, 8_000), undefined);
  });

  it('succeeds if an attempt whose answer was lost has stored it', async () => {
    const each = block();
    loseAnswer();
    await spill.putBlock(each, 8_000);
    assert.ok(s3.objects.get(keyOf(each)));
  });

  it('succeeds if the object of such an attempt has been drained meanwhile', async () => {
    const each = block();
    let left = 1;
    s3.setFault((request, response, answer) => {
      // The object is deleted after the put was refused and before it is compared.
      if (request.method === 'GET' && left-- > 0) s3.objects.delete(keyOf(each));
      answer(request, response);
    });
    await s3.bucket.create(keyOf(each), 'x', { runtime: systemRuntime, endMs: Number.POSITIVE_INFINITY });
    await spill.putBlock(each, 8_000);
    s3.setFault();
    assert.ok(s3.objects.get(keyOf(each))?.body.toString().includes(encodeBlock(each).sk));
  });

  it('fails if the object is that of another writer with the same id', async () => {
    const each = block();
    await spill.putBlock(each, 8_000);
    const other = { ...each, instance: 'i-2' };
    await assert.rejects(spill.putBlock(other, 8_000), /is taken by another writer/);
  });

  it('fails at the deadline if S3 does not answer', async () => {
    s3.setFault(() => undefined);
    await assert.rejects(spill.putBlock(block(), 50), /S3 did not answer/);
    s3.setFault();
  });

  it('reports when a block may be in the bucket, also if its put fails', async () => {
    s3.setFault((_, response) => answerError(response, 403, 'AccessDenied'));
    stages.length = 0;
    await assert.rejects(spill.putBlock(block(), 8_000));
    s3.setFault();
    assert.deepEqual(stages, ['begun', 'ended']);
  });
});
