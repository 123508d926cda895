import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { GENERATED_SECRET } from '../../../server/contract.ts';
import { startSecretsManager } from '../support/fake-secrets-manager.ts';
import { createDatabaseProcess, startServerProcess, temporaryFolder } from '../support/processes.ts';

const CANARY_SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:canary-AbCdEf';
const CANARY = 'canary'.repeat(8);
const [READ, WRITE, KEY] = ['r', 'w', 'k'].map((letter) => letter.repeat(GENERATED_SECRET.length / 3));

// They wait for processes most of their time.
describe('a server with a secret', { concurrency: true }, () => {
  it('listens once it has read the secret, then guards by its tokens', async () => {
    const service = await startSecretsManager({ error: 'AccessDeniedException' });
    const database = await createDatabaseProcess();
    const asked = service.asked();
    const starting = startServerProcess({
      ...database.environment,
      SECRET_ID: service.secretId,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: service.endpoint,
      REQUIRE_READ_TOKEN: 'on',
    });
    await asked;
    service.answers({ value: JSON.stringify({ generated: `${READ}${WRITE}${KEY}` }) });
    const { url, log } = await starting;

    const posted = await fetch(`${url}/app`, { method: 'POST' });
    assert.equal(posted.status, 201);
    const record = `${url}${posted.headers.get('location')}`;
    assert.equal((await fetch(record)).status, 401);
    assert.equal((await fetch(record, { headers: { authorization: `Bearer ${WRITE}` } })).status, 401);
    assert.equal((await fetch(record, { headers: { authorization: `Bearer ${READ}` } })).status, 200);

    assert.deepEqual(
      log.map(({ msg }) => msg),
      ['the secret cannot be read', 'listening'],
    );
    for (const secret of [READ, WRITE, KEY]) assert.ok(!JSON.stringify(log).includes(secret as string));
  });

  it('starts again while Secrets Manager does not answer, with the values that a worker has left in memory', async () => {
    const value = JSON.stringify({ generated: `${READ}${WRITE}${KEY}` });
    const service = await startSecretsManager({ value }, undefined, { [CANARY_SECRET]: CANARY });
    const database = await createDatabaseProcess();
    const environment = {
      ...database.environment,
      SECRET_ID: service.secretId,
      CANARY_SECRET_ID: CANARY_SECRET,
      SECRET_CACHE: join(temporaryFolder(), 'secret.json'),
      AWS_ENDPOINT_URL_SECRETS_MANAGER: service.endpoint,
      REQUIRE_READ_TOKEN: 'on',
    };
    const first = await startServerProcess(environment);
    const location = (await fetch(`${first.url}/app`, { method: 'POST' })).headers.get('location');
    first.signal('SIGKILL');
    await first.exited;

    service.answers('no answer');
    const second = await startServerProcess(environment);
    assert.equal((await fetch(`${second.url}/app`, { method: 'POST' })).status, 201);
    for (const [whose, token] of Object.entries({ reader: READ, canary: CANARY })) {
      const read = await fetch(`${second.url}${location}`, { headers: { authorization: `Bearer ${token}` } });
      assert.equal(read.status, 200, `the token of the ${whose}, and ids with the same key`);
    }
  });
});
