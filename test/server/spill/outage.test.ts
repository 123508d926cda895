import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeleteTableCommand, waitUntilTableNotExists } from '@aws-sdk/client-dynamodb';
import { createTable } from '../../../server/dynamodb/client.ts';
import { startDatabase } from '../support/database.ts';
import { answerError, startS3 } from '../support/s3.ts';
import { startService, type TestService } from '../support/service.ts';
import { storedIds } from '../support/stored.ts';
import { until } from '../support/until.ts';

interface Body {
  readonly id: string;
  readonly state: string;
  readonly timestamp: string;
}

const json = { headers: { accept: 'application/json' } };

async function post(service: TestService) {
  const answer = await fetch(`${service.url}/app`, { method: 'POST', ...json });
  return { status: answer.status, location: answer.headers.get('location'), body: (await answer.json()) as Body };
}

async function list(service: TestService) {
  const answer = await fetch(`${service.url}/app?consistent=true`, json);
  return (await answer.json()) as { timestamps: Body[]; complete: boolean };
}

async function setUp() {
  const [database, s3] = await Promise.all([startDatabase(), startS3()]);
  const start = () => startService(database, {}, undefined, undefined, s3.bucket);
  return { database, s3, start, service: await start() };
}

describe('an outage of the database', () => {
  it('is answered with 202, and later everything is in the table exactly once', async () => {
    const { database, s3, service } = await setUp();
    await until('the first listing', async () => (await list(service)).complete);
    const recover = database.hold();
    const accepted = await Promise.all([post(service), post(service), post(service)]);
    const last = await post(service);
    for (const { status, location, body } of [...accepted, last]) {
      assert.equal(status, 202);
      assert.equal(body.state, 'accepted');
      assert.equal(location, `/app/${body.id}`);
    }
    const one = await fetch(`${service.url}/app/${last.body.id}`);
    assert.deepEqual(await one.json(), last.body, 'found in the spill');
    const text = await fetch(`${service.url}/app`, { method: 'POST' });
    assert.match(await text.text(), /^\d{4}-\d\d-\d\dT[\d:]+\.\d{6}Z\n$/);

    recover();
    assert.equal((await list(service)).complete, false);
    await until('a stored timestamp', async () => (await post(service)).status === 201);
    await until('an empty bucket', async () => (await list(service)).complete);
    const stored = await storedIds(database);
    const listed = (await list(service)).timestamps.map(({ id }) => id);
    for (const { body } of [...accepted, last]) {
      assert.ok(stored.has(body.id));
      assert.equal(listed.filter((id) => id === body.id).length, 1);
    }
    assert.deepEqual(s3.keys(), []);
    const moved = await fetch(`${service.url}/app/${last.body.id}`);
    assert.equal(((await moved.json()) as Body).state, 'stored');
  });

  it('loses nothing that arrives while the table is deleted and created again', async () => {
    const { database, service } = await setUp();
    const { client, tableName: TableName } = database;
    assert.equal((await post(service)).status, 201);
    await client.send(new DeleteTableCommand({ TableName }));
    await waitUntilTableNotExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName });
    const accepted = await post(service);
    assert.equal(accepted.status, 202);

    await createTable(client, TableName);
    await until('a stored timestamp', async () => (await post(service)).status === 201);
    await until('an empty bucket', async () => (await list(service)).complete);
    const listed = (await list(service)).timestamps.map(({ id }) => id);
    assert.ok(listed.includes(accepted.body.id), 'the day is in the index of the new table');
  });

  it('is stated on the page of timestamps', async () => {
    const { database, service } = await setUp();
    const recover = database.hold();
    await post(service);
    recover();
    const page = await fetch(`${service.url}/app`, { headers: { accept: 'text/html' } });
    assert.match(await page.text(), /This list may be incomplete/);
  });

  it('counts what is spilled, and the age of the oldest block', async () => {
    const { database, service } = await setUp();
    const recover = database.hold();
    await post(service);
    await until('the age of the oldest block', async () => {
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      return (
        /^stampede_timestamps_spilled_total 1$/m.test(metrics) && /^stampede_oldest_spill_age_seconds /m.test(metrics)
      );
    });
    recover();
  });

  it('is drained by another process if the one that spilled has ended', async () => {
    const { database, s3, service, start } = await setUp();
    const recover = database.hold();
    const { body } = await post(service);
    await service.drain();
    recover();
    assert.equal(s3.keys().length, 1);
    await start();
    await until('an empty bucket', () => s3.keys().length === 0);
    assert.ok((await storedIds(database)).has(body.id));
  });

  it('together with an outage of S3 is answered with 503 within the deadline, and ends when both are back', async () => {
    const { database, s3, service } = await setUp();
    const recover = database.hold();
    s3.setFault((_, response) => answerError(response, 503, 'SlowDown'));
    const { status } = await post(service);
    assert.equal(status, 503);
    assert.deepEqual(s3.keys(), []);
    recover();
    s3.setFault();
    await until('a stored timestamp', async () => (await post(service)).status === 201);
  });
});
