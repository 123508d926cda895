import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startFakeImds } from './support/fake-imds.ts';
import { createDatabaseProcess, startServerProcess } from './support/processes.ts';

const database = await createDatabaseProcess();

async function factsOf(environment: Record<string, string>) {
  const { url } = await startServerProcess({ ...database.environment, ...environment });
  const json = { headers: { accept: 'application/json' } };
  const { instanceId, availabilityZone } = (await (await fetch(url, json)).json()) as Record<string, string>;
  const { instance } = (await (await fetch(`${url}/app`, { ...json, method: 'POST' })).json()) as Record<
    string,
    string
  >;
  return { instanceId, availabilityZone, instance };
}

describe('the facts of the server', () => {
  it('are those of its instance, in answers and in records', async () => {
    const { endpoint } = await startFakeImds();
    assert.deepEqual(
      await factsOf({ AWS_EC2_METADATA_DISABLED: 'false', AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint }),
      { instanceId: 'i-0abc1234def567890', availabilityZone: 'eu-west-1b', instance: 'i-0abc1234def567890' },
    );
  });

  it('have no instance outside EC2', async () => {
    const { endpoint, server } = await startFakeImds();
    server.close();
    const facts = await factsOf({
      AWS_EC2_METADATA_DISABLED: 'false',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint,
    });
    assert.equal(facts.instanceId, undefined);
    assert.equal(facts.availabilityZone, undefined);
    assert.ok(facts.instance);
  });
});
