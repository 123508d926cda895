import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { completeLaunch } from '../../../ami/launch-hook/complete-launch.ts';
import { withUndo } from '../../../scripts/cli/undo.ts';
import { nextLine, startLifecycleHookEndpoint } from '../../../scripts/machine/fixtures.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

it('the lifecycle-hook endpoint refuses the first calls of an instance as AWS does, then completes its launch', async () => {
  const { refused, log } = await launchAt({});
  assert.equal(refused, 3);
  assert.deepEqual(log.slice(0, 2), ['ValidationError', 'AccessDenied']);
  assert.equal(log.length, 3);
});

it('the lifecycle-hook endpoint refuses later instances once, if it is told how many must repeat their call', async () => {
  const { refused, log } = await launchAt({ strict: 0 });
  assert.equal(refused, 1);
  assert.deepEqual(log, ['ValidationError']);
});

/** Completes the launch of an instance; returns how often it was refused, and the errors that it logged. */
function launchAt(options: { strict?: number }) {
  return withUndo(async (undo) => {
    const at = { host: '127.0.0.1', port: await freePort() };
    const completed = await startLifecycleHookEndpoint({ ...at, ...options }, undo);
    const url = `http://${at.host}:${at.port}`;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = new AutoScalingClient({ endpoint: url, region: 'eu-west-1', credentials, maxAttempts: 1 });
    const log: string[] = [];
    await completeLaunch(
      {
        hookName: 'ready',
        autoScalingGroup: 'the-group',
        healthUrl: `${url}/latest/api/token`,
        times: { healthy: 0, firstPause: 0.001, longestPause: 0.001, attempt: 30, deadline: 30 },
        log: (line) => log.push(line.replace(/.*\((\w+):.*/, '$1')),
        metadataService: url,
      },
      client,
    );
    const action = JSON.parse((await nextLine(completed, 30_000)) ?? '{}');
    assert.equal(action.InstanceId, 'i-0123456789abcdef0');
    return { refused: action.refused, log };
  });
}
