import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import request from 'supertest';
import { cachingOf } from '../../../server/http/get-app.ts';
import { startDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';

type Body = { timestamps: { timestamp: string; id: string }[]; complete: boolean; next?: string };

const database = await startDatabase();
const { server } = await startService(database);
const get = (path: string, accept = 'application/json') => request(server).get(path).set('accept', accept);
const list = async (path: string): Promise<Body> => (await get(path).expect(200)).body;

/** 25 records, as returned by POST, oldest first. */
const recorded: { timestamp: string; id: string }[] = [];

before(async () => {
  for (let round = 0; round < 5; round++) {
    const posts = Array.from({ length: 5 }, () =>
      request(server).post('/app').set('accept', 'application/json').expect(201),
    );
    recorded.push(...(await Promise.all(posts)).map(({ body }) => body));
  }
  recorded.sort((a, b) => (a.id < b.id ? -1 : 1));
});

describe('GET /app', () => {
  it('lists the records, newest first', async () => {
    const { settledUntil, ...page }: Body & { settledUntil?: string } = await list('/app');
    assert.match(settledUntil ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.deepEqual(page, { timestamps: recorded.toReversed(), complete: true });
  });

  it('returns pages without gaps or overlaps', async () => {
    const ids: string[] = [];
    let path: string | undefined = '/app?limit=7&consistent=true';
    let pages = 0;
    while (path) {
      const page: Body = await list(path);
      ids.push(...page.timestamps.map(({ id }) => id));
      path = page.next;
      pages++;
    }
    assert.equal(pages, 4);
    assert.deepEqual(ids, recorded.map(({ id }) => id).reverse());
  });

  it('filters by a time range that includes from and excludes to', async () => {
    const [from, to] = [recorded[5]?.timestamp as string, recorded[20]?.timestamp as string];
    const { timestamps } = await list(`/app?from=${from}&to=${to}&limit=1000`);
    assert.deepEqual(timestamps, recorded.slice(5, 20).reverse());
    assert.deepEqual((await list('/app?from=9999-01-01')).timestamps, []);
    assert.deepEqual((await list('/app?to=0001-01-01')).timestamps, []);
  });

  it('returns JSON to programs and a page to browsers', async () => {
    await get('/app', '*/*').expect('content-type', /^application\/json/);
    const page = await get('/app', 'text/html,application/xhtml+xml,*/*;q=0.8').expect('content-type', /^text\/html/);
    assert.ok(page.text.includes(recorded[24]?.id as string));
    assert.equal(page.headers['vary'], 'Accept');
  });

  it('returns CSV on request', async () => {
    const { text } = await get('/app?limit=2', 'text/csv')
      .expect(200)
      .expect('content-type', /^text\/csv/);
    const [header, first, second, end] = text.split('\r\n');
    assert.equal(header, 'timestamp,id,traceId,clientAddress,protocol,instance,state,errorMicros');
    assert.deepEqual(
      [first, second, end],
      [...[24, 23].map((i) => Object.values(recorded[i] as object).join(',')), ''],
    );
  });

  it('returns JSON lines on request, with the next page in a Link header', async () => {
    const { text, headers } = await get('/app?limit=2', 'application/x-ndjson')
      .buffer()
      .parse((res, done) => {
        let all = '';
        res.on('data', (chunk) => (all += chunk));
        res.on('end', () => done(null, all));
      })
      .then((response) => ({ text: response.body as string, headers: response.headers }));
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(lines, [recorded[24], recorded[23]]);
    assert.match(headers['link'] ?? '', new RegExp(`^</app\\?limit=2&cursor=${recorded[23]?.id}>; rel="next"$`));
  });

  it('refuses an invalid query and names the invalid field', async () => {
    for (const [query, field] of [
      ['limit=0', 'query.limit'],
      ['limit=1001', 'query.limit'],
      ['limit=ten', 'query.limit'],
      ['limit=1&limit=2', 'query.limit'],
      ['cursor=abc', 'query.cursor'],
      ['from=yesterday', 'query.from'],
      ['to=2026-02-30', 'query.to'],
      ['consistent=1', 'query.consistent'],
      ['color=red', 'query.color'],
    ] as const) {
      const { body } = await get(`/app?${query}`).expect(400).expect('content-type', 'application/problem+json');
      assert.deepEqual(
        body.errors.map((error: { field: string }) => error.field),
        [field],
        query,
      );
    }
  });
});

describe('GET /app/:id', () => {
  it('returns the record', async () => {
    for (const record of recorded) assert.deepEqual((await get(`/app/${record.id}`).expect(200)).body, record);
  });

  it('may be cached for a year, because a stored record does not change', async () => {
    const { headers } = await get(`/app/${recorded[3]?.id}`).expect(200);
    assert.equal(headers['cache-control'], 'private, max-age=31536000, immutable');
    assert.equal(headers['vary'], undefined);
  });

  it('is cached only for clients that send the token, if there is one', async () => {
    const guarded = (await startService(database, { READ_TOKEN: 'a-token-of-16-or-more' })).server;
    const { headers } = await request(guarded)
      .get(`/app/${recorded[3]?.id}`)
      .set('authorization', 'Bearer a-token-of-16-or-more')
      .expect(200);
    assert.equal(headers['vary'], 'Authorization');
  });

  it('is not cached beyond its retention, nor while it is only accepted', () => {
    const micros = 1_763_710_000_000_000;
    const afterDays = (days: number, state: 'stored' | 'accepted' = 'stored') =>
      cachingOf({ micros, state }, { retentionDays: 30, nowMicros: micros + days * 86_400e6 });
    assert.equal(afterDays(0), 'private, max-age=2592000, immutable');
    assert.equal(afterDays(29), 'private, max-age=86400, immutable');
    assert.equal(afterDays(30), 'no-store');
    assert.equal(afterDays(31), 'no-store');
    assert.equal(afterDays(0, 'accepted'), 'no-store');
    const never = { retentionDays: undefined, nowMicros: micros };
    assert.equal(cachingOf({ micros, state: 'accepted' }, never), 'no-store');
  });

  it('answers 404 for an unused id, for an id with a wrong tag and for an invalid id', async () => {
    const { id = '' } = recorded[0] ?? {};
    await get(`/app/${id.slice(0, 30)}vv${id.slice(32)}`).expect(404);
    await get(`/app/${id.replace(/.$/, (last) => (last === 'v' ? 'u' : 'v'))}`).expect(404);
    await get('/app/none').expect(404);
  });
});

describe('a read token', () => {
  const token = 'correct-horse-battery-staple';
  const basic = (password: string) => `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`;

  it('is required to list timestamps and to read one, but not to record', async () => {
    const guarded = (await startService(database, { READ_TOKEN: token })).server;
    for (const path of ['/app', `/app/${recorded[0]?.id}`]) {
      const { headers, body } = await request(guarded).get(path).expect(401);
      assert.equal(headers['www-authenticate'], 'Bearer realm="stampede"');
      assert.equal(body.status, 401);
      for (const wrong of ['Bearer wrong', 'Bearer ', token, basic('wrong'), 'Basic !', basic('')])
        await request(guarded).get(path).set('authorization', wrong).expect(401);
      await request(guarded).get(path).set('authorization', `Bearer ${token}`).expect(200);
    }
    await request(guarded).post('/app').expect(201);
  });

  it('is asked for by browsers, which send it as the password', async () => {
    const guarded = (await startService(database, { READ_TOKEN: token })).server;
    const page = () => request(guarded).get('/app').set('accept', 'text/html');
    assert.match(
      (await page().expect(401)).headers['www-authenticate'] ?? '',
      /, Basic realm="[^"]+", charset="UTF-8"$/,
    );
    await page()
      .set('authorization', basic(token))
      .expect(200)
      .expect('content-type', /^text\/html/);
  });
});
