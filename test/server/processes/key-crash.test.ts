import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { createDatabaseProcess, startServerProcess } from '../support/processes.ts';

/** A proxy before the database that holds the answer to the first transaction, which the database has committed. */
async function startHoldingProxy(target: string) {
  const { promise: committed, resolve: isCommitted } = Promise.withResolvers<void>();
  const agent = new Agent({ keepAlive: true });
  let holds = true;
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const { method, url, headers } = incoming;
    const passed = request(new URL(url ?? '/', target), { method, headers, agent });
    passed.once('error', () => outgoing.destroy());
    passed.once('response', async (response) => {
      const answer = await buffer(response);
      if (holds && headers['x-amz-target']?.toString().endsWith('.TransactWriteItems')) {
        holds = false;
        assert.equal(response.statusCode, 200);
        return isCommitted();
      }
      outgoing.writeHead(response.statusCode ?? 502, response.headers).end(answer);
    });
    passed.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    agent.destroy();
    server.close().closeAllConnections();
  });
  return { committed, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const REQUESTS = {
  '/app': undefined,
  '/users': JSON.stringify({ username: 'ada', email: 'ada@example.com' }),
};

describe('a request with an Idempotency-Key', () => {
  for (const [path, body] of Object.entries(REQUESTS))
    it(`POST ${path} gets the record of a process that was killed between commit and answer`, async () => {
      const database = await createDatabaseProcess();
      const proxy = await startHoldingProxy(String(database.environment['AWS_ENDPOINT_URL_DYNAMODB']));
      const key = `"${randomUUID()}"`;
      const post = (url: string) =>
        fetch(url + path, {
          method: 'POST',
          headers: {
            accept: 'application/json',
            'idempotency-key': key,
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { body }),
        });
      const doomed = await startServerProcess({
        ...database.environment,
        AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
      });
      const unanswered = assert.rejects(post(doomed.url));
      await proxy.committed;
      doomed.signal('SIGKILL');
      await unanswered;

      const { url } = await startServerProcess(database.environment);
      const stored = (await (await fetch(`${url}${path}?limit=10`)).json()) as Record<string, { id: string }[]>;
      const [list = []] = Object.values(stored).filter(Array.isArray);
      assert.equal(list.length, 1, 'the killed process has committed');
      const answer = await post(url);
      assert.equal(answer.status, 201);
      assert.deepEqual(await answer.json(), list[0]);
    });
});
