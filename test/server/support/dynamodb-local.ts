import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createDynamoDBClient, createTable } from '../../../server/dynamodb/client.ts';
import { missing } from '../../support/missing.ts';
import { freePort } from './processes.ts';

/** The npm package that contains AWS's DynamoDB Local. Only its archive is used; its dependencies are not installed. */
const PACKAGE = 'amplify-dynamodb-simulator@2.9.30';
const FOLDER = join(import.meta.dirname, '../../../node_modules/.cache/dynamodb-local');
const START_DEADLINE_MS = 60_000;

function fetchOnce(): void {
  if (existsSync(FOLDER)) return;
  const partial = `${FOLDER}-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  execFileSync('npm', ['pack', '--silent', PACKAGE], { cwd: partial, stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('tar', ['-xzf', 'amplify-dynamodb-simulator-2.9.30.tgz'], { cwd: partial });
  rmSync(join(partial, 'amplify-dynamodb-simulator-2.9.30.tgz'));
  try {
    renameSync(partial, FOLDER);
  } catch (error) {
    rmSync(partial, { recursive: true });
    // Another test file may have fetched it meanwhile.
    if (!existsSync(FOLDER)) throw error;
  }
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  }
}

async function untilItAnswers(endpoint: string, java: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (!(await answers(endpoint))) {
    if (java.exitCode !== null)
      throw new Error(`DynamoDB Local ended with exit code ${java.exitCode} before it answered`);
    if (Date.now() > deadline) throw new Error(`DynamoDB Local did not answer within ${START_DEADLINE_MS} ms`);
    await delay(100);
  }
}

/** The reason why its tests cannot run here, or `false`. */
export function dynamoDBLocalMissing(): string | false {
  return missing('java', '-version');
}

/** AWS's DynamoDB Local in memory, on a free port. Rejects if it does not answer in time. */
export async function startDynamoDBLocal(): Promise<{ endpoint: string; close: () => Promise<void> }> {
  fetchOnce();
  const port = await freePort();
  const emulator = join(FOLDER, 'package/emulator');
  const java = spawn(
    'java',
    [
      '-Djava.library.path=DynamoDBLocal_lib',
      '-jar',
      'DynamoDBLocal.jar',
      '-inMemory',
      '-port',
      String(port),
      '-disableTelemetry',
    ],
    { cwd: emulator, stdio: 'ignore' },
  );
  const exited = once(java, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  const close = async () => {
    java.kill();
    await exited;
  };
  try {
    await untilItAnswers(endpoint, java);
  } catch (error) {
    await close();
    throw error;
  }
  return { endpoint, close };
}

/** DynamoDB Local with this table, and a client; both end after the tests of the calling file. */
export async function startTableOnDynamoDBLocal(tableName: string) {
  const local = await startDynamoDBLocal();
  const client = createDynamoDBClient(local);
  after(() => {
    client.destroy();
    return local.close();
  });
  await createTable(client, tableName);
  return { client, tableName };
}
