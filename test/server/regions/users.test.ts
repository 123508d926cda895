import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';
import { inRegion, replicate, startTwoRegions } from './two-regions.ts';

function createUser(url: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ username: 'ada', email: 'ada@example.com' });
  return fetch(`${url}/users`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
}

describe('users of two regions', async () => {
  const { home, other, database, otherDatabase } = await startTwoRegions({ shards: ['1', '1'] });

  it('are created in the home region only; the other one says where', async () => {
    const refused = await createUser(other.url);
    assert.equal(refused.status, 421);
    assert.deepEqual(await refused.json(), {
      type: '/docs#other-region',
      title: 'Misdirected Request',
      status: 421,
      detail: 'users are created in the home region eu-west-1: POST https://eu-west-1.stampede.example.com/users',
    });
    const page = await createUser(other.url, { accept: 'text/html' });
    assert.match(await page.text(), /home region eu-west-1: POST https:\/\/eu-west-1/);
    assert.equal((await createUser(home.url)).status, 201);
  });

  it('are listed in every region', async () => {
    await replicate(database, otherDatabase);
    const { users } = (await (await fetch(`${other.url}/users`)).json()) as { users: { username: string }[] };
    assert.deepEqual(
      users.map(({ username }) => username),
      ['ada'],
    );
  });

  it('are refused with the region alone if its URL is unknown, and only after the token was checked', async () => {
    const environment = { ...inRegion('eu-central-1'), HOME_URL: '', WRITE_TOKEN: 'a-token-of-some-length' };
    const { url } = await startService(await startDatabase(), environment);
    assert.equal((await createUser(url)).status, 401);
    const refused = await createUser(url, { authorization: 'Bearer a-token-of-some-length' });
    const { detail } = (await refused.json()) as { detail: string };
    assert.equal(detail, 'users are created in the home region eu-west-1');
  });
});
