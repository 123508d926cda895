import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TABLE } from '../../../server/contract.ts';
import { Child } from '../processes/child.ts';
import { freePort } from '../processes/free-port.ts';
import type { BackendSums } from './acknowledging.ts';
import { dynamodbLocalFolder } from './dynamodb-local.ts';

export const TABLE_NAME = 'stampede-bench';

/** What speaks DynamoDB's protocol to the servers. */
export interface Backend {
  readonly endpoint: string;
  /** What it was asked since its start. @default - it does not count */
  readonly sums?: () => Promise<BackendSums>;
  readonly stop: () => Promise<void>;
}

/** The backends by name, in the order of the report. */
export const BACKENDS: Readonly<Record<string, { readonly title: string; readonly start: () => Promise<Backend> }>> = {
  'ack-0ms': { title: 'acknowledging backend, 0 ms', start: () => startAcknowledging(0) },
  'ack-4ms': { title: 'acknowledging backend, 4 ms', start: () => startAcknowledging(4) },
  dynalite: { title: 'dynalite (in memory)', start: () => withTable(startDynalite()) },
  'dynamodb-local': { title: 'DynamoDB Local (in memory)', start: () => withTable(startDynamodbLocal()) },
};

const started = async (child: Child): Promise<string> =>
  `http://127.0.0.1:${(await child.nextMessage<{ port: number }>()).port}`;

async function startAcknowledging(latencyMs: number): Promise<Backend> {
  const child = new Child({
    role: 'backend',
    line: [process.execPath, join(import.meta.dirname, 'acknowledging.ts')],
    env: { LATENCY_MS: String(latencyMs) },
    channel: true,
  });
  const sums = () => {
    const answer = child.nextMessage<BackendSums>();
    child.send({});
    return answer;
  };
  return { endpoint: await started(child), sums, stop: () => child.stop() };
}

async function startDynalite(): Promise<Backend> {
  const file = join(import.meta.dirname, '../../../server/dynamodb/embedded-database-process.ts');
  const child = new Child({ role: 'backend', line: [process.execPath, file], env: {}, channel: true });
  return { endpoint: await started(child), stop: () => child.stop() };
}

async function startDynamodbLocal(): Promise<Backend> {
  const port = await freePort();
  const child = new Child({
    role: 'backend',
    cwd: dynamodbLocalFolder(),
    line: ['java', '-jar', 'DynamoDBLocal.jar', '-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(port)],
    env: {},
  });
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => child.stop() };
}

/** Creates the table; repeats it while the backend is not listening yet. */
async function withTable(starting: Promise<Backend>): Promise<Backend> {
  const backend = await starting;
  const client = new DynamoDBClient({
    endpoint: backend.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const keys = [TABLE.partitionKey, TABLE.sortKey];
  const create = new CreateTableCommand({
    TableName: TABLE_NAME,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
  });
  for (const endMs = performance.now() + 30_000; ; await sleep(200)) {
    try {
      await client.send(create);
      return backend;
    } catch (error) {
      if (performance.now() < endMs) continue;
      await backend.stop();
      throw error;
    } finally {
      client.destroy();
    }
  }
}
