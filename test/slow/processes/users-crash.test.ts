import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createDatabaseProcess, DEADLINE_MS, startServerProcess } from '../../server/support/processes.ts';

const NAMES = Array.from({ length: 60 }, (_, index) => `user${index}`);

function create(url: string, name: string) {
  return fetch(`${url}/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: name, email: `${name}@example.com` }),
  });
}

/** Repeats a request while the answer is 503, after its Retry-After. */
async function atLast(send: () => Promise<Response>): Promise<Response> {
  const deadlineMs = Date.now() + DEADLINE_MS;
  let response = await send();
  while (response.status === 503 && Date.now() < deadlineMs) {
    await delay(Number(response.headers.get('retry-after')) * 1_000);
    response = await send();
  }
  return response;
}

async function listNames(url: string): Promise<string[]> {
  const response = await atLast(() => fetch(`${url}/users?limit=1000`));
  const { users } = (await response.json()) as { users: { username: string }[] };
  return users.map(({ username }) => username);
}

describe('creating users', () => {
  it('loses no acknowledged user and blocks no name if the server is killed', async () => {
    const database = await createDatabaseProcess();
    const doomed = await startServerProcess(database.environment);
    const answered: string[] = [];
    let answers = 0;
    const attempts = NAMES.map(async (name) => {
      const response = await create(doomed.url, name).catch(() => undefined); // The server dies under it.
      if (response?.status === 201) answered.push(name);
      answers += 1;
      if (answers === 5) doomed.signal('SIGKILL');
    });
    await Promise.all(attempts);
    await doomed.exited;
    assert.ok(answered.length < NAMES.length, `${answered.length} answered before the kill`);

    const { url } = await startServerProcess(database.environment);
    const survivors = await listNames(url);
    assert.deepEqual(
      answered.filter((name) => !survivors.includes(name)),
      [],
    );
    const created = await Promise.all(NAMES.map((name) => atLast(() => create(url, name))));
    for (const [index, name] of NAMES.entries())
      assert.equal(created[index]?.status, survivors.includes(name) ? 409 : 201, name);
    assert.deepEqual((await listNames(url)).sort(), NAMES.toSorted());
  });
});
