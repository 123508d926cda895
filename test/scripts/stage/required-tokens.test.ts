import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requiredTokens } from '../../../scripts/stage/post-timestamp.ts';
import { tokensFrom } from '../../../scripts/stage/tokens.ts';
import { startDatabase } from '../../server/support/database.ts';
import { startService } from '../../server/support/service.ts';

const READ_TOKEN = 'a-read-token-of-some-length';
const WRITE_TOKEN = 'a-write-token-of-some-length';
const tokens = tokensFrom({ READ_TOKEN, WRITE_TOKEN }, undefined);
const database = await startDatabase();

/** What a service with these tokens requires, and what it stored meanwhile. */
async function askService(given: Record<string, string>) {
  const { url } = await startService(database, given);
  const required = await requiredTokens(url, tokens);
  const users = await fetch(`${url}/users`, { headers: { authorization: `Bearer ${READ_TOKEN}` } });
  return { required, stored: await users.json() };
}

describe('the required tokens', () => {
  it('are those that the service asks for, and asking stores nothing', async () => {
    for (const [given, required] of [
      [{}, { read: undefined, write: undefined }],
      [{ READ_TOKEN }, { read: READ_TOKEN, write: undefined }],
      [{ WRITE_TOKEN }, { read: undefined, write: WRITE_TOKEN }],
      [
        { READ_TOKEN, WRITE_TOKEN },
        { read: READ_TOKEN, write: WRITE_TOKEN },
      ],
    ] as const)
      assert.deepEqual(await askService(given), { required, stored: { users: [] } });
  });
});
