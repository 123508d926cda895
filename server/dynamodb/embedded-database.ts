/**
 * The embedded database for development and rehearsals: dynalite (DynamoDB's API on LevelDB) in a separate process, so
 * that it does not block the server's event loop. It is not part of the production bundle.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ENV } from '../contract.ts';
import { StartError } from '../errors.ts';

const START_DEADLINE_MS = 10_000;

const TABLE = 'stampede-local';

/**
 * Starts the database and its table on a free loopback port, with files in `dataDir/dynamodb`. Rejects after 10 s.
 * @throws StartError if the folder cannot be used
 */
export async function startEmbeddedDatabase(dataDir: string) {
  const path = join(dataDir, 'dynamodb');
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    const { message } = cause as Error;
    throw new StartError(`the data folder cannot be used: ${message}. Use another one with ${ENV.dataDir}=…`, {
      cause,
    });
  }
  const child = fork(join(import.meta.dirname, 'embedded-database-process.ts'), [path, '0', TABLE], {
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const exited = once(child, 'exit');
  const [started] = await Promise.race([
    once(child, 'message', { signal: AbortSignal.timeout(START_DEADLINE_MS) }),
    exited.then(([code]) => [{ error: `it exited with code ${code}` }]),
  ]);
  if ('error' in started) {
    const remedy = `End that process, or use another folder with ${ENV.dataDir}=…`;
    throw new StartError(`the embedded database in ${path} did not start: ${started.error}. ${remedy}`);
  }
  return {
    endpoint: `http://127.0.0.1:${started.port}`,
    tableName: TABLE,
    /** Stops the process and resolves when it has exited. */
    async close(): Promise<void> {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
