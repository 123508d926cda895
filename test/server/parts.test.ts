import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import request from 'supertest';
import { startDatabase } from './support/database.ts';
import { startService } from './support/service.ts';

const TOKEN = 'a-token-of-16-or-more';

const database = await startDatabase();
const { server } = await startService(database, {
  LOAD_ENDPOINT: 'on',
  READ_TOKEN: TOKEN,
  RATE_LIMIT_PER_SECOND: '1',
  RATE_LIMIT_BURST: '3',
});
const { server: plain } = await startService(database);

async function metrics(of = server) {
  return (await request(of).get('/metrics').expect(200)).text;
}

describe('the service', () => {
  it('counts recorded and refused timestamps', async () => {
    const answers = [];
    for (let i = 0; i < 10; i += 1) answers.push((await request(server).post('/app')).status);
    const recorded = answers.filter((status) => status === 201).length;
    const refused = answers.filter((status) => status === 429).length;
    assert.ok(recorded >= 3 && refused >= 1 && recorded + refused === 10, answers.join());
    const text = await metrics();
    assert.match(text, new RegExp(`^stampede_timestamps_recorded_total ${recorded}$`, 'm'));
    assert.match(text, new RegExp(`^stampede_timestamps_refused_total ${refused}$`, 'm'));
    assert.match(text, new RegExp(`^stampede_timestamps_per_block_sum ${recorded}$`, 'm'));
    assert.match(text, new RegExp(`^stampede_write_units_total ${recorded}$`, 'm'));
  });

  it('counts each refusal for too many waiting timestamps once, even if the body arrives late', async () => {
    const bounded = await startService(database, { MAX_PENDING: '5' });
    const arrived = bounded.arrived(100);
    const begun = Array.from({ length: 100 }, () => {
      const begun = httpRequest(`${bounded.url}/app`, {
        method: 'POST',
        agent: false,
        headers: { 'content-length': 6 },
      });
      begun.flushHeaders();
      return begun;
    });
    await arrived;
    const release = database.hold();
    const mostRefused = Promise.withResolvers<void>();
    let refused = 0;
    const answered = begun.map(async (posted) => {
      const [answer] = (await once(posted.end('a body'), 'response')) as [IncomingMessage];
      answer.resume();
      if (answer.statusCode === 503) refused += 1;
      // At most five wait, in addition to four blocks of five being written.
      if (refused === 75) mostRefused.resolve();
    });
    await mostRefused.promise;
    release();
    await Promise.all(answered);
    assert.match(await metrics(bounded.server), new RegExp(`^stampede_timestamps_refused_total ${refused}$`, 'm'));
  });

  it('separates users and timestamps in one table', async () => {
    await request(server).post('/users').send({ username: 'ada', email: 'ada@example.com' }).expect(201);
    await request(plain).post('/app').expect(201);
    const listed = await request(plain).get('/users').expect(200);
    assert.deepEqual(
      listed.body.users.map(({ username }: { username: string }) => username),
      ['ada'],
    );
    const { body } = await request(plain).get('/app?consistent=true').expect(200);
    for (const record of body.timestamps) assert.equal(record.instance, 'test-host');
  });

  it('requires the read token for the list of users', async () => {
    await request(server).get('/users').expect(401);
    await request(server).get('/users').set('authorization', `Bearer ${TOKEN}`).expect(200);
  });

  it('has no load endpoint unless it is configured', async () => {
    await request(plain).get('/load?number=7').expect(404);
    const { body } = await request(server).get('/load?number=7').expect(200);
    assert.equal(body.isPrime, true);
  });
});
