import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { Undo } from '../../../scripts/cli/undo.ts';
import { startProxy } from '../../../scripts/torture/stage/proxy.ts';

/** A database that answers everything at once, and a proxy before it. `kill` closes its connections, as a kill does. */
async function setUp(t: TestContext, commitLagMs: number) {
  const database = createServer((_, response) => void response.end('{}')).listen(0, '127.0.0.1');
  await once(database, 'listening');
  const undo = new Undo();
  t.after(async () => {
    await undo.run();
    database.closeAllConnections();
    database.close();
  });
  const { port: targetPort } = database.address() as AddressInfo;
  const { port } = await startProxy(undo, { of: 'the database', targetPort, clockOffsetMs: 0, commitLagMs });
  const send = (operation: string) =>
    fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
    }).then(({ status }) => status);
  return { send, kill: () => database.closeAllConnections() };
}

describe('the proxy of a database that answers before it commits', () => {
  it('passes the answers of other operations on at once', async (t) => {
    const { send } = await setUp(t, 60_000);
    const transaction = send('TransactWriteItems').catch(() => 'never');
    assert.equal(await send('PutItem'), 200);
    assert.equal(await Promise.race([transaction, Promise.resolve('not yet')]), 'not yet');
  });

  it('passes the answer of a transaction on after the lag', async (t) => {
    const { send } = await setUp(t, 50);
    assert.equal(await send('TransactWriteItems'), 200);
  });

  it('does not pass it on if the database was killed meanwhile', async (t) => {
    const { send, kill } = await setUp(t, 1_000);
    const transaction = send('TransactWriteItems');
    const failed = assert.rejects(transaction, /fetch failed/);
    // The proxy sends requests in their order, so the database has answered the transaction too.
    await send('PutItem');
    kill();
    await failed;
  });
});
