import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createEmbeddedServer } from '../../../../server/dynamodb/embedded/server.ts';

describe('the server of the embedded database', () => {
  it('tells clients to keep idle connections for a minute, as a busy test can pause for long', async () => {
    const server = createEmbeddedServer();
    try {
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      const { port } = server.address() as { port: number };
      const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: '{}' });
      assert.equal(answer.headers.get('keep-alive'), 'timeout=60');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
