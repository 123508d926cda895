/** A DynamoDB for tests, with one table in memory: `test-database-process.ts <host> <port> <table>`. */
import { once } from 'node:events';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { tableDefinition } from '../../server/contract.ts';

const [host, port, table] = process.argv.slice(2);
if (!host || !port || !table) throw new Error('usage: test-database-process.ts <host> <port> <table>');

const server = dynalite({ createTableMs: 0 });
server.listen(Number(port), host);
await once(server, 'listening');

const client = new DynamoDBClient({
  endpoint: `http://${host}:${port}`,
  region: 'local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
await client.send(new CreateTableCommand(tableDefinition(table)));
console.log('ready');
