import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tableDefinition } from '../../../server/contract.ts';
import { waitQuietly } from '../../cli/wait.ts';
import { BenchProcess, freePort } from '../process.ts';
import { TABLE_NAME } from '../servers.ts';
import type { BackendSums } from './acknowledging.ts';
import { dynamodbLocalFolder } from './dynamodb-local.ts';

/** What answers the servers in DynamoDB's protocol. */
export interface Backend {
  readonly name: string;
  readonly endpoint: string;
  /** What it counted since its start; zeros when it does not count. */
  readonly sums: () => Promise<BackendSums>;
}

interface Started {
  readonly process: BenchProcess;
  readonly endpoint: string;
  readonly sums?: Backend['sums'];
}

const TABLE_DEADLINE_MS = 30_000;
const TABLE_PAUSE_MS = 200;

const BACKENDS = {
  'ack-0ms': () => startAcknowledging(0),
  'ack-4ms': () => startAcknowledging(4),
  dynalite: startDynalite,
  'dynamodb-local': startDynamodbLocal,
} satisfies Record<string, () => Promise<Started>>;

export type BackendName = keyof typeof BACKENDS;
export const BACKEND_NAMES = Object.keys(BACKENDS) as BackendName[];

/** Runs `use` with a backend, and stops it in any case. */
export async function withBackend<T>(name: BackendName, use: (backend: Backend) => Promise<T>): Promise<T> {
  const { process, endpoint, sums = async () => ({ bytes: 0, writeUnits: 0 }) }: Started = await BACKENDS[name]();
  try {
    await createTable(endpoint);
    return await use({ name, endpoint, sums });
  } finally {
    await process.stop();
  }
}

async function startAcknowledging(latencyMs: number): Promise<Started> {
  const file = join(import.meta.dirname, 'acknowledging.ts');
  const started = await startListening(file, { LATENCY_MS: String(latencyMs) });
  const sums = () => {
    started.process.send({});
    return started.process.nextMessage<BackendSums>();
  };
  return { ...started, sums };
}

function startDynalite(): Promise<Started> {
  return startListening(join(import.meta.dirname, '../../../server/dynamodb/embedded-database-process.ts'));
}

/** Starts a program that sends the port it listens on. */
async function startListening(file: string, env: Record<string, string> = {}): Promise<Started> {
  const backend = new BenchProcess({ role: 'backend', line: [process.execPath, file], env, channel: true });
  const { port } = await backend.nextMessage<{ port: number }>();
  return { process: backend, endpoint: `http://127.0.0.1:${port}` };
}

async function startDynamodbLocal(): Promise<Started> {
  const port = await freePort();
  const backend = new BenchProcess({
    role: 'backend',
    cwd: await dynamodbLocalFolder(),
    line: ['java', '-jar', 'DynamoDBLocal.jar', '-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(port)],
  });
  return { process: backend, endpoint: `http://127.0.0.1:${port}` };
}

/** Creates the table; tries again while the backend is not listening yet. */
async function createTable(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials, maxAttempts: 1 });
  const create = new CreateTableCommand(tableDefinition(TABLE_NAME));
  const isCreated = () =>
    client.send(create).then(
      () => true,
      () => false,
    );
  await waitQuietly(`a table on ${endpoint}`, isCreated, TABLE_DEADLINE_MS, TABLE_PAUSE_MS);
  client.destroy();
}
