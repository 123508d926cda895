import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createDatabaseProcess, startServerProcess } from '../support/processes.ts';
import { startS3 } from '../support/s3.ts';
import { storedIds } from '../support/stored.ts';
import { until } from '../support/until.ts';

it('a timestamp accepted during an outage survives the kill of its process, and another one moves it', async () => {
  const database = await createDatabaseProcess();
  const s3 = await startS3();
  const environment = { ...database.environment, SPILL_BUCKET: 'spill', AWS_ENDPOINT_URL_S3: s3.endpoint };
  const server = await startServerProcess(environment);
  await database.kill();
  const headers = { accept: 'application/json' };
  const answer = await fetch(`${server.url}/app`, { method: 'POST', headers });
  assert.equal(answer.status, 202);
  const { id } = (await answer.json()) as { id: string };
  server.signal('SIGKILL');
  await server.exited;

  await database.restart();
  await startServerProcess(environment);
  await until('an empty bucket', () => s3.keys().length === 0);
  assert.ok((await storedIds(database)).has(id));
});
