import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readInstanceIdentity } from '../../server/instance.ts';
import { startFakeImds } from './support/fake-imds.ts';

describe('the instance identity', () => {
  it('is read from IMDSv2, with a session token', async () => {
    const { endpoint, asked } = await startFakeImds();
    assert.deepEqual(await readInstanceIdentity({ endpoint }), {
      instanceId: 'i-0abc1234def567890',
      availabilityZone: 'eu-west-1b',
    });
    assert.equal(asked[0], 'PUT /latest/api/token');
    assert.equal(asked.length, 3);
  });

  it('is absent, without a request, if metadata is disabled', async () => {
    const { endpoint, asked } = await startFakeImds();
    assert.equal(await readInstanceIdentity({ endpoint, disabled: true }), undefined);
    assert.deepEqual(asked, []);
  });

  it('is absent if no service answers', async () => {
    const { endpoint, server } = await startFakeImds();
    server.closeAllConnections();
    server.close();
    assert.equal(await readInstanceIdentity({ endpoint }), undefined);
  });

  for (const silent of ['/latest/api/token', '/latest/meta-data/instance-id']) {
    it(`is absent after the deadline if ${silent} does not answer`, { timeout: 5_000 }, async () => {
      const { endpoint } = await startFakeImds({ silent: [silent] });
      const beganMs = performance.now();
      assert.equal(await readInstanceIdentity({ endpoint, deadlineMs: 100 }), undefined);
      assert.ok(performance.now() - beganMs < 1_000);
    });
  }

  it('is absent if the service answers with an error', async () => {
    const { endpoint, server } = await startFakeImds();
    server.removeAllListeners('request').on('request', (_request, response) => response.writeHead(500).end('no'));
    assert.equal(await readInstanceIdentity({ endpoint }), undefined);
  });
});
