import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import request from 'supertest';
import { DynamoUsers } from '../../../server/dynamodb/users.ts';
import { createCheckToken } from '../../../server/http/require-token.ts';
import { usersRoutes } from '../../../server/http/users.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { createClock } from '../../../server/timestamps/clock.ts';
import { startApp } from '../support/app.ts';
import { startDatabase } from '../support/database.ts';

const TOKEN = 'a-token-of-16-or-more';

const { client, tableName } = await startDatabase();
const users = new DynamoUsers({
  client,
  table: tableName,
  runtime: systemRuntime,
  now: createClock({ runtime: systemRuntime }).now,
});
const checkReadToken = createCheckToken('read', () => [TOKEN]);
const server = await startApp([
  usersRoutes({ users, checkReadToken, checkWriteToken: undefined, assetUrl: (name) => name }),
]);

function post(body: object | string) {
  return request(server).post('/users').set('content-type', 'application/json').send(body);
}
function list(query = '') {
  return request(server).get(`/users${query}`).set('authorization', `Bearer ${TOKEN}`);
}

describe('POST /users', () => {
  it('answers 201 with the user', async () => {
    const { body } = await post({ username: 'Ada', email: 'Ada@Example.com' }).expect(201);
    const { id, createdAt, ...given } = body;
    assert.deepEqual(given, { username: 'Ada', email: 'Ada@Example.com' });
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.match(createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  it('answers 409 and names the taken fields, regardless of case', async () => {
    await post({ username: 'grace', email: 'grace@example.com' }).expect(201);
    const taken = async (user: object) => (await post(user).expect(409)).body.errors.map(fieldOf);
    assert.deepEqual(await taken({ username: 'GRACE', email: 'g@example.com' }), ['body.username']);
    assert.deepEqual(await taken({ username: 'g', email: 'GRACE@EXAMPLE.com' }), ['body.email']);
    assert.deepEqual(await taken({ username: 'Grace', email: 'Grace@example.com' }), ['body.email', 'body.username']);
  });

  it('answers one of many simultaneous requests for a name with 201, and the others with 409', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => post({ username: 'linus', email: `linus${index}@example.com` })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [201, ...Array(7).fill(409)]);
  });

  it('answers 400 with the invalid fields', async () => {
    const faults = async (body: object | string) => (await post(body).expect(400)).body.errors?.map(fieldOf);
    assert.deepEqual(await faults({ username: '', email: 'nobody' }), ['body.username', 'body.email']);
    assert.deepEqual(await faults({ username: 'x'.repeat(65), email: 'x@example.com' }), ['body.username']);
    assert.deepEqual(await faults({ username: 'x', email: 'x@example.com', role: 'root' }), ['body.role']);
    assert.deepEqual(await faults({ username: { $gt: '' }, email: ['x'] }), ['body.username', 'body.email']);
    assert.deepEqual(await faults('[]'), ['body']);
    assert.equal(await faults('{"username":'), undefined);
    await request(server).post('/users').expect(400);
  });

  it('says which JSON value a body is that is not an object', async () => {
    for (const [body, received] of [
      ['null', 'null'],
      ['5', 'number'],
      ['"ada"', 'string'],
      ['[]', 'array'],
    ] as const) {
      const { errors } = (await post(body).expect(400)).body;
      assert.deepEqual(errors, [{ field: 'body', message: `Invalid input: expected object, received ${received}` }]);
    }
  });

  it('answers 415 to a body that is not JSON, and 413 above 8 KB', async () => {
    const { headers } = await request(server).post('/users').send('username=ada').expect(415);
    assert.equal(headers['content-type'], 'application/problem+json');
    await post({ username: 'x'.repeat(8 * 1024), email: 'x@example.com' }).expect(413);
  });
});

describe('GET /users', () => {
  it('lists the users, newest first, in pages linked by next', async () => {
    const seen: string[] = [];
    let url: string | undefined = '?limit=2';
    while (url !== undefined) {
      const { body }: { body: { users: { username: string }[]; next?: string } } = await list(url).expect(200);
      seen.push(...body.users.map(({ username }) => username));
      url = body.next?.replace('/users', '');
    }
    assert.deepEqual(seen, ['linus', 'grace', 'Ada']);
  });

  it('answers 400 to an invalid limit or cursor', async () => {
    const { body } = await list('?limit=0&cursor=x').expect(400);
    assert.deepEqual(body.errors.map(fieldOf), ['query.limit', 'query.cursor']);
  });

  it('shows browsers a page, of which each links to the older one', async () => {
    const page = (query: string) =>
      list(query)
        .set('accept', 'text/html')
        .expect('content-type', /^text\/html/);
    const { text, headers } = await page('?limit=2').expect(200);
    assert.match(text, /linus.*grace@example\.com/s);
    assert.doesNotMatch(text, /Ada/);
    assert.equal(headers['vary'], 'Accept');
    const [, next = ''] = /rel="next" href="\/users([^"]*)"/.exec(text) ?? [];
    const older = (await page(next.replace('&amp;', '&')).expect(200)).text;
    assert.match(older, /Ada@Example\.com/);
    assert.doesNotMatch(older, /rel="next"/);
  });

  it('answers 406 to clients that accept neither JSON nor a page', async () => {
    await list().set('accept', 'image/png').expect(406);
  });

  it('asks browsers for the token, which they send as the password', async () => {
    const { headers, text } = await request(server).get('/users').set('accept', 'text/html').expect(401);
    assert.match(headers['www-authenticate'] ?? '', /Basic realm/);
    assert.doesNotMatch(text, /linus/);
    const basic = `Basic ${Buffer.from(`anybody:${TOKEN}`).toString('base64')}`;
    await request(server).get('/users').set({ accept: 'text/html', authorization: basic }).expect(200);
  });

  it('answers 401 without the token, and reveals nothing', async () => {
    const { body } = await request(server)
      .get('/users')
      .expect(401)
      .expect('www-authenticate', /^Bearer/);
    assert.equal('users' in body, false);
  });
});

describe('/users', () => {
  it('answers 405 with the supported methods', async () => {
    await request(server).delete('/users').expect(405).expect('allow', 'GET, HEAD, POST');
  });
});

function fieldOf({ field }: { field: string }) {
  return field;
}
