import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isRecorded, type Outcome, recordedIds, startLoad } from '../support/load.ts';
import {
  createDatabaseProcess,
  type DatabaseProcess,
  startServerProcess,
  temporaryFolder,
} from '../support/processes.ts';
import { storedIds } from '../support/stored.ts';

const CLIENTS = 32;

/** Checks that every timestamp answered with 201 is in the table. */
async function assertNothingLost(database: DatabaseProcess, outcomes: readonly Outcome[]) {
  const [acknowledged, stored] = [recordedIds(outcomes), await storedIds(database)];
  assert.equal(new Set(acknowledged).size, acknowledged.length, 'no id was given twice');
  assert.deepEqual(
    acknowledged.filter((id) => !stored.has(id)),
    [],
  );
}

describe('under load', () => {
  it('loses no acknowledged timestamp if the server is killed', async () => {
    const database = await createDatabaseProcess();
    const server = await startServerProcess(database.environment);
    const load = startLoad(server.url, CLIENTS);
    await load.until(1_000, isRecorded);
    server.signal('SIGKILL');
    await load.until(CLIENTS, ({ error }) => error !== undefined);
    await assertNothingLost(database, await load.stop());
  });

  it('exits with 0 on SIGINT and SIGTERM, with every request answered and nothing lost', async () => {
    const database = await createDatabaseProcess();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const server = await startServerProcess(database.environment);
      const load = startLoad(server.url, CLIENTS);
      await load.until(1_000, isRecorded);
      server.signal(signal);
      assert.deepEqual(await server.exited, { code: 0, signal: null });
      const outcomes = await load.stop();
      const cut = outcomes.filter((outcome) => !isRecorded(outcome) && outcome.error !== 'ECONNREFUSED');
      assert.deepEqual(cut, [], 'each client with a connection got an answer');
      assert.deepEqual(
        server.log.map(({ msg }) => msg),
        ['listening', 'draining', 'drained'],
      );
      await assertNothingLost(database, outcomes);
    }
  });

  it('answers 503 during a database outage of ten seconds, and recovers automatically', async () => {
    const database = await createDatabaseProcess();
    const server = await startServerProcess(database.environment);
    const load = startLoad(server.url, CLIENTS);
    await load.until(500, isRecorded);
    await database.kill();
    await delay(10_000);
    assert.equal((await fetch(`${server.url}/health`)).status, 200, 'a database fault does not empty the fleet');
    await database.restart();
    await load.until(500, isRecorded);
    const outcomes = await load.stop();
    await assertNothingLost(database, outcomes);
    const refused = outcomes.filter((outcome) => !isRecorded(outcome));
    assert.ok(refused.length > 0);
    for (const { status, body } of refused) {
      assert.equal(status, 503);
      assert.equal(JSON.parse(body).status, 503);
    }
    server.signal('SIGINT');
    assert.deepEqual(await server.exited, { code: 0, signal: null });
  });
});

describe('starting', () => {
  it('waits for a database that starts late', async () => {
    const database = await createDatabaseProcess();
    await database.kill();
    const starting = startServerProcess(database.environment);
    await delay(500);
    await database.restart();
    const server = await starting;
    assert.equal((await fetch(`${server.url}/app`, { method: 'POST' })).status, 201);
  });

  it('exits with 78 and prints every invalid variable to stderr', async () => {
    await assert.rejects(startServerProcess({ PORT: 'http', LOG_LEVEL: 'loud' }), /exit code 78/);
  });

  it('reports that the files of the embedded database are in use, and exits', async () => {
    const environment = { DATA_DIR: temporaryFolder() };
    await startServerProcess(environment);
    const second = await startServerProcess(environment).catch((error: Error) => error);
    assert.match(String(second), /exit code 1 .*in use by another process/s);
  });
});
