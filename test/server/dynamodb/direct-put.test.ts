import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { crc32 } from 'node:zlib';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoDBClient } from '../../../server/dynamodb/client.ts';
import { createDirectPut } from '../../../server/dynamodb/direct-put.ts';
import { systemRuntime } from '../../../server/runtime.ts';

const PUT = { TableName: 'table', Item: { pk: { S: '2026-11-21#07' } } };
const DEADLINE_MS = 5_000;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const status =
  (code: number): Answer =>
  (_request, response) =>
    response
      .writeHead(code, {
        'Content-Type': 'application/x-amz-json-1.0',
        'Content-Length': 2,
        'x-amz-crc32': crc32('{}'),
      })
      .end('{}');

const foreign: Answer = (_request, response) => response.writeHead(200, { 'Content-Length': 2 }).end('{}');

/** A database that answers each put with the next answer, and other requests with 200; it records the puts' headers. */
async function startDatabase(t: TestContext, { path = '' } = {}, ...answers: Answer[]) {
  const puts: IncomingMessage['headers'][] = [];
  const connections = new Set<Socket>();
  let nowMs = 0;
  const backoffs: number[] = [];
  const server = createServer((request, response) => {
    const isPut = request.headers['x-amz-target'] === 'DynamoDB_20120810.PutItem';
    if (isPut) {
      puts.push(request.headers);
      connections.add(request.socket);
    }
    const answer = (isPut && answers.shift()) || status(200);
    request.resume().on('end', () => answer(request, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = createDynamoDBClient({ endpoint: `http://127.0.0.1:${port}${path}` });
  t.after(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return {
    put: createDirectPut({
      client,
      onOpen: ({ backoffMs }) => backoffs.push(backoffMs),
      runtime: { ...systemRuntime, monotonicMs: () => nowMs },
    }),
    client,
    callBySdk: () => client.send(new GetItemCommand({ TableName: 'table', Key: { pk: { S: 'any' } } })),
    passMs: (ms: number) => {
      nowMs += ms;
    },
    puts,
    backoffs,
    connections,
  };
}

describe('a put without the SDK', () => {
  it('waits for a successful call of the SDK, which provides the address of the database', async (t) => {
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
    ['a 200 that DynamoDB did not send', foreign],
  ];
  for (const [name, answer] of failures)
    it(`leaves puts to the SDK after ${name}, until a call of the SDK succeeds`, async (t) => {
      const { put, callBySdk, puts } = await startDatabase(t, {}, answer);
      await callBySdk();
      assert.equal(await put(PUT, DEADLINE_MS), false);
      assert.equal(await put(PUT, DEADLINE_MS), false);
      assert.equal(puts.length, 1);
      await callBySdk();
      assert.equal(await put(PUT, DEADLINE_MS), true);
    });

  it('uses the caller’s deadline if it is shorter than its own', async (t) => {
    const { put, callBySdk } = await startDatabase(t, {}, () => {});
    await callBySdk();
    const late = AbortSignal.timeout(900);
    assert.equal(await put(PUT, 50), false);
    assert.ok(!late.aborted, 'it took one second, the limit of an attempt, instead of the remaining 50 ms');
  });

  it('backs off for longer after each further failure, until a put succeeds', async (t) => {
    const failed = Array.from({ length: 9 }, () => status(500));
    const { put, callBySdk, puts, backoffs, passMs } = await startDatabase(t, {}, ...failed, status(200), ...failed);
    const tryAgain = async () => {
      await callBySdk();
      return put(PUT, DEADLINE_MS);
    };
    await tryAgain(); // After the first failure it does not back off.
    for (let tried = 2; tried <= 9; tried++) {
      assert.equal(await tryAgain(), false);
      assert.equal(puts.length, tried);
      passMs((backoffs.at(-1) ?? 0) - 1);
      await tryAgain();
      assert.equal(puts.length, tried, 'it was tried before the backoff was over');
      passMs(1);
    }
    assert.deepEqual(backoffs, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    assert.equal(await tryAgain(), true);
    await tryAgain();
    assert.equal(await tryAgain(), false);
    assert.equal(backoffs.at(-1), 1_000);
  });

  it('counts puts that fail together as one failure', async (t) => {
    const { put, callBySdk, backoffs } = await startDatabase(t, {}, status(500), status(500), status(500));
    await callBySdk();
    const taken = await Promise.all([put(PUT, DEADLINE_MS), put(PUT, DEADLINE_MS), put(PUT, DEADLINE_MS)]);
    assert.deepEqual(taken, [false, false, false]);
    assert.deepEqual(backoffs, []);
  });

  it('reuses its connections after a refusal', async (t) => {
    const { put, callBySdk, connections } = await startDatabase(t, {}, status(400));
    for (const taken of [false, true, true]) {
      await callBySdk();
      assert.equal(await put(PUT, DEADLINE_MS), taken);
    }
    assert.equal(connections.size, 1);
  });

  it('keeps new connections if an older put fails late', async (t) => {
    const lost: Answer = (request) => request.socket.destroy();
    const held = Promise.withResolvers<IncomingMessage>();
    const { put, callBySdk, connections } = await startDatabase(t, {}, held.resolve, lost);
    await callBySdk();
    const late = put(PUT, DEADLINE_MS);
    const { socket } = await held.promise;
    assert.equal(await put(PUT, DEADLINE_MS), false);
    await callBySdk();
    assert.equal(await put(PUT, DEADLINE_MS), true);
    socket.destroy();
    assert.equal(await late, false);
    await callBySdk();
    assert.equal(await put(PUT, DEADLINE_MS), true);
    assert.equal(connections.size, 3);
  });

  it('leaves an endpoint with a path to the SDK, because direct puts go to the root', async (t) => {
    const { put, callBySdk, puts } = await startDatabase(t, { path: '/database' });
    await callBySdk();
    assert.equal(await put(PUT, DEADLINE_MS), false);
    assert.equal(puts.length, 0);
  });
});
