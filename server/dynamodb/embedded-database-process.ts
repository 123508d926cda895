/**
 * The process of the embedded database: `node embedded-database-process.ts FOLDER [PORT [TABLE [HOST [RESTORE_MS]]]]`; in
 * memory if the folder is empty. A restore takes RESTORE_MS. When it is listening and the table exists, it sends its parent `{ port }`, or prints "ready" if
 * there is no channel to it. It sends `{ error }` if it fails.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createDynamoDBClient, createTable } from './client.ts';
import { createEmbeddedServer } from './embedded/server.ts';

const [path = '', port = '0', table, host = '127.0.0.1', restoreMs = '0'] = process.argv.slice(2);
const server = createEmbeddedServer({ path, restoreMs: Number(restoreMs) });

/** LevelDB allows only one process; any other process gets an error that the database is closed. */
function fail({ message }: Error): void {
  const reason = /closed|lock/i.test(message) ? `its files are in use by another process (${message})` : message;
  if (process.send) process.send({ error: reason }, () => process.exit(1));
  else process.exit(1);
}

async function serve(): Promise<void> {
  server.listen(Number(port), host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const client = createDynamoDBClient({ endpoint: `http://${host}:${address.port}` });
  if (table) await createTable(client, table);
  client.destroy();
  if (process.send) process.send({ port: address.port });
  else console.log('ready');
}

// It exits only with its parent. Ctrl-C reaches both processes, but the parent still has to write.
process.on('disconnect', () => server.close(() => process.exit(0)));
process.on('SIGINT', () => {});

process.on('uncaughtException', fail);
serve().catch(fail);
