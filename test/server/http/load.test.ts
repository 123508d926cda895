import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import request from 'supertest';
import { createLoad } from '../../../server/cpu-load/load.ts';
import { loadRoute } from '../../../server/http/load.ts';
import { startApp } from '../support/app.ts';

const load = createLoad({ workerPath: new URL('../../../server/cpu-load/worker.ts', import.meta.url), maxWaiting: 2 });
after(() => load.close());
const server = await startApp([loadRoute(load)]);

const get = (query: string) => request(server).get(`/load${query}`);

describe('GET /load', () => {
  it('answers whether the number is prime and how long it took', async () => {
    const { body } = await get('?number=9007199254740881').expect(200).expect('cache-control', 'no-store');
    const { processingTime, ...rest } = body;
    assert.deepEqual(rest, { number: 9_007_199_254_740_881, isPrime: true });
    assert.ok(processingTime > 0 && processingTime < 5);
  });

  it('does not block other requests', async () => {
    let computed = false;
    const computing = get('?number=9007199254740881').then(() => (computed = true));
    await request(server).get('/health').expect(200);
    assert.equal(computed, false);
    await computing;
  });

  it('answers 503 with Retry-After if too many wait', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => get('?number=9007199254740881')));
    const refused = answers.filter(({ status }) => status === 503);
    assert.ok(refused.length >= 1 && refused.length <= 3);
    for (const { headers } of refused) assert.equal(headers['retry-after'], '5');
    assert.equal(answers.filter(({ status }) => status === 200).length, 6 - refused.length);
  });

  it('answers 400 unless the number is a whole number up to 2^53 - 1', async () => {
    for (const query of [
      '',
      '?number=',
      '?number=-1',
      '?number=1.5',
      '?number=9007199254740992',
      '?number=1&number=2',
    ]) {
      const { body } = await get(query).expect(400);
      const message = 'expected a whole number from 0 to 9007199254740991';
      assert.deepEqual(body.errors, [{ field: 'query.number', message }], query);
    }
  });

  it('answers 405 to other methods', async () => {
    await request(server).post('/load').expect(405).expect('allow', 'GET, HEAD');
  });
});
