import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { LISTEN_BACKLOG } from '../../../server/contract.ts';
import { createDatabaseProcess, DEADLINE_MS, startServerProcess } from '../support/processes.ts';

/** More than the 511 of Node.js. */
const CONNECTIONS = 700;

function missing(): string | false {
  const system = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
  return system < LISTEN_BACKLOG && `net.core.somaxconn is ${system}; the image has ${LISTEN_BACKLOG}`;
}

describe('a server that is busy', () => {
  it('keeps new connections in a queue until it accepts them', { skip: missing() }, async () => {
    const { environment } = await createDatabaseProcess();
    const server = await startServerProcess(environment);
    const { port } = new URL(server.url);
    server.signal('SIGSTOP');
    const sockets = Array.from({ length: CONNECTIONS }, () => connect(Number(port), '127.0.0.1'));
    try {
      const signal = AbortSignal.timeout(DEADLINE_MS / 2);
      await Promise.all(sockets.map((socket) => once(socket, 'connect', { signal })));
    } finally {
      server.signal('SIGCONT');
      for (const socket of sockets) socket.destroy();
    }
    assert.equal((await fetch(`${server.url}/health`)).status, 200);
  });
});
