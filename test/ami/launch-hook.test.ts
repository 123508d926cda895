import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { before, describe, it, type TestContext } from 'node:test';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { completeLaunch } from '../../ami/launch-hook/complete-launch.ts';

/** A server that acts as the service, the metadata service and Auto Scaling, and records its requests. */
async function startWorld(context: TestContext, healthStatuses: number[]) {
  const actions: URLSearchParams[] = [];
  const answer = async (request: IncomingMessage): Promise<[status: number, body: string]> => {
    if (request.url === '/health') {
      const status = healthStatuses.length > 1 ? healthStatuses.shift() : healthStatuses[0];
      return [status ?? 503, ''];
    }
    if (request.method === 'PUT' && request.url === '/latest/api/token') return [200, 'a-token'];
    if (request.url === '/latest/meta-data/instance-id') {
      return request.headers['x-aws-ec2-metadata-token'] === 'a-token' ? [200, 'i-0123456789abcdef0'] : [401, ''];
    }
    actions.push(new URLSearchParams(await text(request)));
    return [200, '<CompleteLifecycleActionResponse><CompleteLifecycleActionResult/></CompleteLifecycleActionResponse>'];
  };
  const server = createServer(async (request, response) => {
    const [status, body] = await answer(request);
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { url, actions, client: new AutoScalingClient({ endpoint: url, region: 'eu-west-1', credentials }) };
}

const launchAt = (url: string, healthyWithinMs: number) => ({
  hookName: 'ready',
  autoScalingGroup: 'the-group',
  healthUrl: `${url}/health`,
  healthyWithinMs,
  metadataService: url,
});

describe('completing a launch', () => {
  before(() => {
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
  });

  it('puts the instance in service once it is healthy', async (context) => {
    const { url, actions, client } = await startWorld(context, [503, 200]);
    assert.equal(await completeLaunch(launchAt(url, 10_000), client), 'CONTINUE');
    assert.equal(actions.length, 1);
    assert.deepEqual(Object.fromEntries(actions[0] ?? []), {
      Action: 'CompleteLifecycleAction',
      Version: '2011-01-01',
      LifecycleHookName: 'ready',
      AutoScalingGroupName: 'the-group',
      InstanceId: 'i-0123456789abcdef0',
      LifecycleActionResult: 'CONTINUE',
    });
  });

  it('abandons the launch if the instance is not healthy in time', async (context) => {
    const { url, actions, client } = await startWorld(context, [503]);
    assert.equal(await completeLaunch(launchAt(url, 1), client), 'ABANDON');
    assert.equal(actions[0]?.get('LifecycleActionResult'), 'ABANDON');
  });

  it('fails if the instance cannot read its id', async (context) => {
    const { url, client } = await startWorld(context, [200]);
    const launch = { ...launchAt(url, 1_000), metadataService: 'http://127.0.0.1:1' };
    await assert.rejects(completeLaunch(launch, client), /fetch failed/);
  });
});
