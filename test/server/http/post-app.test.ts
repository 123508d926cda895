import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import request from 'supertest';
import { startDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const TRACE = '1-69200b2c-3f5c8a1b9d7e4c6f8a0b2d4e';

const database = await startDatabase();
const service = await startService(database);
const { server, url } = service;

const post = (path = '/app') => request(server).post(path);
const recordOf = async (headers: Record<string, string>, through = server) =>
  (
    await request(through)
      .post('/app')
      .set({ accept: 'application/json', ...headers })
      .expect(201)
  ).body;

describe('POST /app', () => {
  it('answers 201 with the timestamp as a line of text', async () => {
    const { text, headers } = await post().expect(201).expect('content-type', 'text/plain; charset=utf-8');
    assert.match(text, /^\S+\n$/);
    assert.match(text.trim(), ISO);
    assert.ok(Math.abs(Date.parse(text.trim()) - Date.now()) < 60_000);
    assert.match(headers['location'] ?? '', /^\/app\/[0-9a-v]{46}$/);
    assert.equal(headers['cache-control'], 'no-store');
  });

  it('answers with the complete record to clients that accept JSON', async () => {
    const record = await recordOf({ 'x-amzn-trace-id': `Root=${TRACE}` });
    assert.match(record.timestamp, ISO);
    assert.match(record.id, /^[0-9a-v]{46}$/);
    const { timestamp: _, id: __, ...rest } = record;
    assert.deepEqual(rest, {
      traceId: TRACE,
      clientAddress: '127.0.0.1',
      protocol: 'http',
      instance: 'test-host',
      state: 'stored',
      errorMicros: null,
    });
  });

  it('has stored the record by the time it answers', async () => {
    const record = await recordOf({});
    const { body } = await request(server).get(`/app/${record.id}`).expect(200);
    assert.deepEqual(body, record);
  });

  it('answers 406 to clients that accept neither, and records nothing', async () => {
    const before = await countTimestamps();
    const { body } = await post()
      .set('accept', 'image/png')
      .expect(406)
      .expect('content-type', 'application/problem+json');
    assert.equal(body.status, 406);
    assert.equal(await countTimestamps(), before);
  });

  it('also works as //app, as /app/ and with a query', async () => {
    for (const path of ['//app', '/app/', '/app?from=curl']) await post(path).expect(201);
  });

  it('ignores a body of up to 8 KB, and refuses a larger one with 413', async () => {
    await post()
      .set('content-type', 'application/octet-stream')
      .send(Buffer.alloc(8 * 1024))
      .expect(201);
    await post().set('content-type', 'text/plain').send('x'.repeat(100)).expect(201);
    const { body } = await post()
      .set('content-type', 'application/octet-stream')
      .send(Buffer.alloc(8 * 1024 + 1))
      .expect(413);
    assert.match(body.detail, /larger than 8192 bytes/);
  });

  it('also refuses a larger body without Content-Length', async () => {
    const stream = new Blob([new Uint8Array(20_000)]).stream();
    const response = await fetch(`${url}/app`, { method: 'POST', body: stream, duplex: 'half' } as RequestInit);
    assert.equal(response.status, 413);
  });

  it('generates a trace id if it is absent or not valid for X-Ray', async () => {
    const { traceId } = await recordOf({});
    assert.match(traceId, /^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    assert.match(
      (await recordOf({ 'x-amzn-trace-id': 'Root=robert"); drop table' })).traceId,
      /^1-[0-9a-f]{8}-[0-9a-f]{24}$/,
    );
  });

  it('finds the root among the fields of the trace header', async () => {
    assert.equal((await recordOf({ 'x-amzn-trace-id': `Self=1-1-1;Root=${TRACE};Sampled=1` })).traceId, TRACE);
  });

  it('trusts no proxy by default', async () => {
    const record = await recordOf({ 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' });
    assert.equal(record.clientAddress, '127.0.0.1');
    assert.equal(record.protocol, 'http');
  });

  it('trusts the configured number of proxies, and no address that a client adds before them', async () => {
    const one = await startService(database, { TRUSTED_PROXIES: '1' });
    const two = await startService(database, { TRUSTED_PROXIES: '2' });
    const headers = { 'x-forwarded-for': '10.9.9.9, 203.0.113.7, 198.51.100.2', 'x-forwarded-proto': 'https' };
    assert.equal((await recordOf(headers, one.server)).clientAddress, '198.51.100.2');
    assert.equal((await recordOf(headers, two.server)).clientAddress, '203.0.113.7');
    assert.equal((await recordOf(headers, one.server)).protocol, 'https');
  });

  it('accepts addresses with ports and IPv6, and uses the peer address instead of an invalid one', async () => {
    const { server: behindOne } = await startService(database, { TRUSTED_PROXIES: '1' });
    for (const [forwarded, address] of [
      ['203.0.113.7:41234', '203.0.113.7'],
      ['[2001:db8::1]:41234', '2001:db8::1'],
      ['2001:db8::1', '2001:db8::1'],
      ['::ffff:203.0.113.7', '203.0.113.7'],
      ['unknown', '127.0.0.1'],
      ['a b\tc', '127.0.0.1'],
    ] as const)
      assert.equal((await recordOf({ 'x-forwarded-for': forwarded }, behindOne)).clientAddress, address, forwarded);
  });

  it('answers 1,000 simultaneous requests with distinct ids and timestamps, in far fewer writes', async () => {
    const [itemsBefore, before] = [await countItems(), await countTimestamps()];
    const release = database.hold();
    const arrived = service.arrived(1_000);
    const asked = Array.from({ length: 1_000 }, () =>
      fetch(`${url}/app`, { method: 'POST', headers: { accept: 'application/json' } }),
    );
    await arrived;
    release();
    const answers = await Promise.all(asked);
    assert.ok(answers.every(({ status }) => status === 201));
    const records = (await Promise.all(answers.map((answer) => answer.json()))) as { id: string; timestamp: string }[];
    assert.equal(new Set(records.map(({ id }) => id)).size, 1_000);
    assert.equal(new Set(records.map(({ timestamp }) => timestamp)).size, 1_000);
    assert.equal((await countTimestamps()) - before, 1_000);
    const writes = (await countItems()) - itemsBefore;
    assert.ok(writes <= 50, `${writes} writes`);
  });
});

describe('admission', () => {
  it('answers 429 with Retry-After above the rate limit', async () => {
    const { server: limited } = await startService(database, { RATE_LIMIT_PER_SECOND: '1', RATE_LIMIT_BURST: '2' });
    await request(limited).post('/app').expect(201);
    await request(limited).post('/app').expect(201);
    const { body, headers } = await request(limited).post('/app').expect(429);
    assert.equal(headers['retry-after'], '1');
    assert.equal(body.type, '/docs#rate-limited');
  });

  it('says what is left of the rate limit before it is exceeded, and when it is', async () => {
    const limited = await startService(database, { RATE_LIMIT_PER_SECOND: '1', RATE_LIMIT_BURST: '100' });
    const answers = await Promise.all(
      Array.from({ length: 150 }, () => fetch(`${limited.url}/app`, { method: 'POST' })),
    );
    const kinds = answers.map(({ status, headers }) =>
      [status, headers.get('ratelimit-policy'), headers.get('ratelimit')?.replace(/r=\d+/, 'r=…')].join(' '),
    );
    assert.deepEqual([...new Set(kinds)].sort(), [
      '201  ',
      '201 "instance";q=1;w=1 "instance";r=…;t=1',
      '429 "instance";q=1;w=1 "instance";r=…;t=1',
    ]);
  });

  it('answers 503 with Retry-After above the maximum of pending timestamps, and 201 to the rest', async () => {
    const bounded = await startService(database, { MAX_PENDING: '5' });
    const release = database.hold();
    const arrived = bounded.arrived(100);
    const asked = Array.from({ length: 100 }, () => fetch(`${bounded.url}/app`, { method: 'POST' }));
    await arrived;
    release();
    const answers = await Promise.all(asked);
    const refused = answers.filter(({ status }) => status === 503);
    assert.ok(refused.length >= 75, `${refused.length} refused`);
    assert.ok(refused.every(({ headers }) => headers.get('retry-after') === '1'));
    assert.equal(answers.filter(({ status }) => status === 201).length, 100 - refused.length);
    assert.ok(refused.length < 100, 'what was admitted is answered 201');
  });
});

/** The blocks in the table. */
const blocks = async () => {
  const { Items = [] } = await database.client.send(
    new ScanCommand({ TableName: database.tableName, ConsistentRead: true }),
  );
  return Items.filter((item) => item['lines']);
};
const countItems = async () => (await blocks()).length;
const countTimestamps = async () => (await blocks()).reduce((sum, item) => sum + Number(item['count']?.N), 0);

describe('a write token', () => {
  const token = 'correct-horse-battery-staple';

  it('is required to record and to create users, but not to read', async () => {
    const guarded = (await startService(database, { WRITE_TOKEN: token })).server;
    const basic = `Basic ${Buffer.from(`anybody:${token}`).toString('base64')}`;
    for (const [path, body] of [
      ['/app', ''],
      ['/app?any=query', ''],
      ['/users', { username: 'ada', email: 'ada@example.com' }],
    ] as const) {
      const posted = () => request(guarded).post(path);
      await posted().send(body).expect(401).expect('www-authenticate', 'Bearer realm="stampede"');
      await posted().set('authorization', 'Bearer wrong').send(body).expect(401);
      // A browser would send a password with a form of another site.
      await posted().set('authorization', basic).send(body).expect(401);
      await posted().set('authorization', `Bearer ${token}`).send(body).expect(201);
    }
    await request(guarded).get('/app').expect(200);
  });
});
