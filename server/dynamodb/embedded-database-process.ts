/**
 * The process of the embedded database: `node embedded-database-process.ts FOLDER [PORT [TABLE]]`. It sends its parent
 * `{ port }` when it is listening and the table exists, or `{ error }`.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { createDynamoDBClient, createTable } from './client.ts';

const [path = '', port = '0', table] = process.argv.slice(2);
const server = dynalite({ path, createTableMs: 0 });

/** LevelDB allows only one process; any other process gets an error that the database is closed. */
function fail({ message }: Error): void {
  const reason = /closed|lock/i.test(message) ? `its files are in use by another process (${message})` : message;
  if (process.send) process.send({ error: reason }, () => process.exit(1));
  else process.exit(1);
}

async function serve(): Promise<void> {
  server.listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const client = createDynamoDBClient({ endpoint: `http://127.0.0.1:${address.port}` });
  if (table) await createTable(client, table);
  client.destroy();
  process.send?.({ port: address.port });
}

// It exits only with its parent. Ctrl-C reaches both processes, but the parent still has to write.
process.on('disconnect', () => server.close(() => process.exit(0)));
process.on('SIGINT', () => {});

process.on('uncaughtException', fail);
serve().catch(fail);
