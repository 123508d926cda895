import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';

const database = await startDatabase();
const behindProxy = await startService(database, { TRUSTED_PROXIES: '1' });
const exposed = await startService(database, { TRUSTED_PROXIES: '0' });

const PATHS = ['/', '/app', '/health', '/docs', '/there-is-nothing'];

/** The paths whose answers, as pages and as JSON, have the header. */
async function withHeader({ url }: { readonly url: string }, forwarded: Readonly<Record<string, string>>) {
  const found = PATHS.flatMap((path) =>
    ['text/html', 'application/json'].map(async (accept) => {
      const response = await fetch(new URL(path, url), { headers: { accept, ...forwarded } });
      await response.body?.cancel();
      return response.headers.has('strict-transport-security') ? [path] : [];
    }),
  );
  return [...new Set((await Promise.all(found)).flat())];
}

describe('Strict-Transport-Security', () => {
  it('is sent with every answer over TLS', async () => {
    assert.deepEqual(await withHeader(behindProxy, { 'x-forwarded-proto': 'https' }), PATHS);
  });

  it('is not sent over plain HTTP, which RFC 6797 forbids', async () => {
    assert.deepEqual(await withHeader(behindProxy, { 'x-forwarded-proto': 'http' }), []);
    assert.deepEqual(await withHeader(exposed, {}), []);
  });

  it('is not sent because a client without a trusted proxy says that it uses TLS', async () => {
    assert.deepEqual(await withHeader(exposed, { 'x-forwarded-proto': 'https' }), []);
  });
});
