import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { S3Client } from '@aws-sdk/client-s3';
import { deadlineIn } from '../../../server/retry.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { S3Bucket } from '../../../server/spill/s3-bucket.ts';
import { answerError, startS3 } from '../support/s3.ts';
import { createVirtualTime } from '../support/virtual-time.ts';

const deadline = () => deadlineIn(8_000, systemRuntime);
const s3 = await startS3();
const { bucket } = s3;

describe('the bucket', () => {
  it('creates an object once', async () => {
    assert.equal(await bucket.create('spill/once', 'first', deadline()), true);
    assert.equal(await bucket.create('spill/once', 'second', deadline()), false);
    assert.equal(await bucket.get('spill/once', deadline()), 'first');
  });

  it('reports an object of an attempt whose answer was lost', async () => {
    s3.setFault((request, response, answer) => {
      s3.setFault();
      response.end = () => response.destroy();
      answer(request, response);
    });
    assert.equal(await bucket.create('spill/lost', 'text', deadline()), false);
    assert.equal(await bucket.get('spill/lost', deadline()), 'text');
  });

  it('repeats what S3 cannot take now: SlowDown, conflicts, a wrong clock, reset connections', async () => {
    const faults: [number, string][] = [
      [503, 'SlowDown'],
      [409, 'ConditionalRequestConflict'],
      [403, 'RequestTimeTooSkewed'],
      [400, 'RequestTimeout'],
      [500, 'InternalError'],
    ];
    s3.setFault((request, response, answer) => {
      const [status, code] = faults.shift() ?? [];
      if (status === undefined) s3.setFault();
      if (status !== undefined && code !== undefined) return answerError(response, status, code);
      if (request.method === 'PUT') return request.socket.destroy();
      answer(request, response);
    });
    assert.equal(await bucket.create('spill/busy', 'text', deadline()), true);
  });

  it('waits longer for a listing, which skips the delete markers of drained blocks', async () => {
    const { runtime, run } = createVirtualTime();
    const send = async () => {
      await new Promise<void>((resolve) => void runtime.setTimer(resolve, 9_000));
      return { Name: 'slow', Contents: [] };
    };
    const slow = new S3Bucket({ send } as unknown as S3Client, 'slow');
    assert.deepEqual(await run(slow.list(deadlineIn(20_000, runtime))), { objects: [], more: false });
  });

  it('repeats a call with new credentials if they have expired', async () => {
    let renewals = 0;
    const credentials = async ({ forceRefresh = false } = {}) => {
      if (forceRefresh) renewals++;
      return { accessKeyId: `key${renewals}`, secretAccessKey: 'secret' };
    };
    const expired = await startS3({ credentials });
    expired.setFault((request, response, answer) => {
      if (request.headers.authorization?.includes('Credential=key0/')) answerError(response, 400, 'ExpiredToken');
      else answer(request, response);
    });
    assert.equal(await expired.bucket.create('spill/expired', 'text', deadline()), true);
    assert.equal(renewals, 1);
  });

  it('gives up at once if S3 refuses', async () => {
    const before = s3.requests.length;
    s3.setFault((_, response) => answerError(response, 403, 'AccessDenied'));
    await assert.rejects(bucket.create('spill/refused', 'text', deadline()), { name: 'AccessDenied' });
    s3.setFault();
    assert.equal(s3.requests.length, before + 1);
  });

  it('refuses a 200 that S3 did not send', async () => {
    const html = (ok: (request: { method?: string | undefined }) => boolean) => {
      let left = 2;
      s3.setFault((request, response, answer) => {
        if (ok(request) && left-- > 0) response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>');
        else answer(request, response);
      });
    };
    html(({ method }) => method === 'PUT');
    assert.equal(await bucket.create('spill/proxy', 'text', deadline()), true);
    html(({ method }) => method === 'GET');
    assert.equal(await bucket.get('spill/proxy', deadline()), 'text');
    html(({ method }) => method === 'GET');
    const { objects } = await bucket.list(deadline());
    s3.setFault();
    assert.ok(objects.some(({ key }) => key === 'spill/proxy'));
  });

  it('returns nothing for an object that does not exist', async () => {
    assert.equal(await bucket.get('spill/none', deadline()), undefined);
    await bucket.delete('spill/none', deadline());
  });
});
