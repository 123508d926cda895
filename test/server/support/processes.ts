import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { createDynamoDBClient, createTable } from '../../../server/dynamodb/client.ts';

export const ROOT = join(import.meta.dirname, '../../..');

/** Long enough for a busy machine; a test that reaches it fails. */
export const DEADLINE_MS = 30_000;

/** A folder that is removed after the tests of the calling file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function start(args: string[], env: Record<string, string>, stdio: 'pipe' | 'ipc'): ChildProcess {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      AWS_EC2_METADATA_DISABLED: 'true',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit', ...(stdio === 'ipc' ? (['ipc'] as const) : [])],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = await exited;
  return code;
}

/** A database process that can be killed and started again with the same port and files. */
export async function createDatabaseProcess() {
  const [folder, port] = [temporaryFolder(), await freePort()];
  const endpoint = `http://127.0.0.1:${port}`;
  const client = createDynamoDBClient({ endpoint });
  const tableName = 'stampede-crash';
  let child: ChildProcess;
  const run = async () => {
    child = start(['server/dynamodb/embedded-database-process.ts', folder, String(port)], {}, 'ipc');
    await once(child, 'message', { signal: AbortSignal.timeout(DEADLINE_MS) });
  };
  await run();
  await createTable(client, tableName);
  after(async () => {
    client.destroy();
    await kill(child, 'SIGKILL');
  });
  return {
    client,
    tableName,
    /** The variables of a server that uses it. */
    environment: {
      TABLE_NAME: tableName,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_REGION: 'local',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    kill: () => kill(child, 'SIGKILL'),
    restart: run,
  };
}

export type DatabaseProcess = Awaited<ReturnType<typeof createDatabaseProcess>>;

/** Starts the server as a process; resolves when it is listening. */
export async function startServerProcess(environment: Record<string, string>) {
  const child = start(['server/main.ts'], { PORT: '0', HOST: '127.0.0.1', ...environment }, 'pipe');
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  const log: Record<string, unknown>[] = [];
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  const listening = new Promise<number>((resolve) =>
    lines.on('line', (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>;
      log.push(entry);
      if (entry['msg'] === 'listening') resolve(entry['port'] as number);
    }),
  );
  const port = await Promise.race([
    listening,
    exited.then(({ code }) => {
      throw new Error(`the server ended with exit code ${code} before it listened; it logged ${JSON.stringify(log)}`);
    }),
  ]);
  after(() => kill(child, 'SIGKILL'));
  return {
    url: `http://127.0.0.1:${port}`,
    log,
    exited,
    signal: (signal: NodeJS.Signals) => child.kill(signal),
  };
}
