import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { execa } from 'execa';
import { tableDefinition } from '../../../server/contract.ts';
import { fetchDynamodbLocal } from '../../bench/backends/backends.ts';
import { freePort } from '../../bench/process.ts';
import type { Undo } from '../../cli/undo.ts';
import { waitQuietly } from '../../cli/wait.ts';

/** The table that the server writes to. */
export const TABLE_NAME = 'stampede-torture';

const DEADLINE_MS = 60_000;

const EMBEDDED = join(import.meta.dirname, '../../../server/dynamodb/embedded-database-process.ts');

/** What starts a database that keeps its files in a folder. */
const COMMANDS = {
  embedded: async (folder: string, port: string) => ({ line: [process.execPath, EMBEDDED, folder, port] as const }),
  'dynamodb-local': async (folder: string, port: string) => {
    const options = ['-dbPath', folder, '-sharedDb', '-disableTelemetry', '-port', port];
    return { line: ['java', '-jar', 'DynamoDBLocal.jar', ...options] as const, cwd: await fetchDynamodbLocal() };
  },
};

/**
 * How long a database may need to commit a transaction that it has answered already. DynamoDB Local 1.25 loses answered
 * transactions when it is killed; 20 ms later it rarely does. It never loses a single put.
 */
export const COMMIT_LAG_MS: Readonly<Record<keyof typeof COMMANDS, number>> = { embedded: 0, 'dynamodb-local': 500 };

export type DatabaseName = keyof typeof COMMANDS;
export const DATABASE_NAMES = Object.keys(COMMANDS) as DatabaseName[];

/** Starts a database as a process that can be killed. It keeps its files and its port. */
export async function startDatabase(undo: Undo, name: DatabaseName, folder: string) {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const { line, ...options } = await COMMANDS[name](folder, String(port));
  const endpoint = `http://127.0.0.1:${port}`;
  const [program, ...args] = line;
  // Ctrl-C reaches the whole terminal; this run stops its processes in order.
  const start = () => execa(program, args, { ...options, stdio: 'ignore', detached: true, reject: false });
  let running = start();
  undo.later('the database', () => kill());
  await tableExists(endpoint);
  const kill = async (): Promise<void> => {
    running.kill('SIGKILL');
    await running;
  };
  return {
    port,
    endpoint,
    kill,
    signal: (signal: NodeJS.Signals) => running.kill(signal),
    async restart(): Promise<void> {
      running = start();
      await tableExists(endpoint);
    },
  };
}

/** Creates the table, unless an earlier start has done so, and waits until the database answers. */
async function tableExists(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials, maxAttempts: 1 });
  const create = new CreateTableCommand(tableDefinition(TABLE_NAME));
  const exists = async () => {
    const error = await client.send(create).then(
      () => undefined,
      (failure: Error) => failure,
    );
    return error === undefined || error.name === 'ResourceInUseException';
  };
  await waitQuietly(`the table on ${endpoint}`, exists, DEADLINE_MS);
  client.destroy();
}
