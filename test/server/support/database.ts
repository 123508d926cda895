import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDBClient, createTable } from '../../../server/dynamodb/client.ts';
import { createEmbeddedServer } from '../../../server/dynamodb/embedded/server.ts';

export interface TestDatabase {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Holds requests until the returned function is called. */
  readonly hold: () => () => void;
}

/** The embedded database in memory, in this process; stops after the tests of the calling file. */
export async function startDatabase(): Promise<TestDatabase> {
  const server = createEmbeddedServer();
  const [answer] = server.listeners('request') as [RequestListener];
  let gate = Promise.resolve();
  server.removeAllListeners('request').on('request', (request, response) => {
    void gate.then(() => answer(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createDynamoDBClient({ endpoint });
  const tableName = 'stampede-test';
  await createTable(client, tableName);
  after(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  };
  return { endpoint, client, tableName, hold };
}
