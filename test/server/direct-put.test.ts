import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createDirectPut } from '../../server/direct-put.ts';
import { createDynamoDBClient } from '../../server/dynamodb-client.ts';

const PUT = { TableName: 'table', Item: { pk: { S: '2026-11-21#07' } } };
const DEADLINE_MS = 5_000;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const status =
  (code: number): Answer =>
  (_request, response) =>
    response.writeHead(code, { 'Content-Type': 'application/x-amz-json-1.0', 'Content-Length': 2 }).end('{}');

/** A database that gives each put the next of the answers, and to everything else a 200; it keeps the puts' headers. */
const startDatabase = async (t: TestContext, ...answers: Answer[]) => {
  const puts: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    const isPut = request.headers['x-amz-target'] === 'DynamoDB_20120810.PutItem';
    if (isPut) puts.push(request.headers);
    const answer = (isPut && answers.shift()) || status(200);
    request.resume().on('end', () => answer(request, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createDynamoDBClient({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  t.after(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  const callBySdk = () => client.send(new GetItemCommand({ TableName: 'table', Key: { pk: { S: 'any' } } }));
  return { put: createDirectPut(client), callBySdk, puts };
};

describe('a put past the SDK', () => {
  it('waits for a call of the SDK that got through, which shows where the database is', async (t) => {
    const { put, callBySdk, puts } = await startDatabase(t);
    assert.equal(await put(PUT, DEADLINE_MS), false);
    assert.equal(puts.length, 0);
    await callBySdk();
    assert.equal(await put(PUT, DEADLINE_MS), true);
    assert.match(
      puts[0]?.authorization ?? '',
      /^AWS4-HMAC-SHA256 Credential=local\/\d{8}\/local\/dynamodb\/aws4_request/,
    );
  });

  const failures: readonly [string, Answer][] = [
    ['a refusal', status(400)],
    ['an error of the database', status(500)],
    ['a lost connection', (request) => request.socket.destroy()],
    [
      'half an answer',
      (_request, response) => response.writeHead(200, { 'Content-Length': 9 }).write('{', () => response.destroy()),
    ],
    ['silence', () => {}],
  ];
  for (const [name, answer] of failures)
    it(`leaves the put to the SDK after ${name}, and those after it until a call of the SDK got through`, async (t) => {
      const { put, callBySdk, puts } = await startDatabase(t, answer);
      await callBySdk();
      assert.equal(await put(PUT, DEADLINE_MS), false);
      assert.equal(await put(PUT, DEADLINE_MS), false);
      assert.equal(puts.length, 1);
      await callBySdk();
      assert.equal(await put(PUT, DEADLINE_MS), true);
    });

  it('keeps the deadline of the caller when that is shorter than its own', async (t) => {
    const { put, callBySdk } = await startDatabase(t, () => {});
    await callBySdk();
    const late = AbortSignal.timeout(900);
    assert.equal(await put(PUT, 50), false);
    assert.ok(!late.aborted, 'it took the second that an attempt may take, not the 50 ms that were left');
  });
});
