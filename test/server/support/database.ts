import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDBClient, createTable } from '../../../server/dynamodb/client.ts';
import { createEmbeddedServer } from '../../../server/dynamodb/embedded/server.ts';

const STOP_DEADLINE_MS = 10_000;

export interface TestDatabase {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Holds requests until the returned function is called. */
  readonly hold: () => () => void;
  /** Functions that stop what writes to the database. It ends after they have. */
  readonly stopFirst: (() => Promise<void>)[];
}

/**
 * The embedded database in memory, in this process. It stops after the tests of the calling suite, and after all that
 * writes to it: a request to a database that has ended is an error of the whole file.
 */
export async function startDatabase(): Promise<TestDatabase> {
  const server = createEmbeddedServer();
  const [answer] = server.listeners('request') as [RequestListener];
  let gate = Promise.resolve();
  const answering = new Set<ServerResponse>();
  server.removeAllListeners('request').on('request', (request, response) => {
    void gate.then(() => {
      // The response to a client that has left emits no further `close`.
      if (!request.socket.destroyed) {
        answering.add(response);
        response.on('close', () => answering.delete(response));
      }
      answer(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createDynamoDBClient({ endpoint });
  const tableName = 'stampede-test';
  await createTable(client, tableName);
  const stopFirst: (() => Promise<void>)[] = [];
  after(async () => {
    try {
      await Promise.all(stopFirst.map((stop) => stop()));
      for (const response of answering)
        await once(response, 'close', { signal: AbortSignal.timeout(STOP_DEADLINE_MS) });
    } finally {
      client.destroy();
      server.closeAllConnections();
      server.close();
    }
  });
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  };
  return { endpoint, client, tableName, hold, stopFirst };
}
