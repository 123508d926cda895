import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { PM2_DAEMON_ENV } from '../server/contract.ts';
import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, '.data', 'dynamodb');
const table = 'stampede-local';
/** Ctrl-C reaches every process of this terminal. They end by themselves, in the order that this command waits for. */
const FOREGROUND = { cwd: root, stdio: 'inherit', cleanup: false, forceKillAfterDelay: false, reject: false } as const;

await main(
  {
    name: 'pm2',
    summary: 'Builds the server and runs it under pm2 as production does, on the embedded database. Ctrl-C ends it.',
    options: {},
  },
  async () => {
    await run([process.execPath, 'scripts/build.ts'], { cwd: root });
    mkdirSync(folder, { recursive: true });
    const program = 'server/dynamodb/embedded-database-process.ts';
    const database = execa(process.execPath, [program, folder, '0', table], { ...FOREGROUND, ipc: true });
    try {
      const [started] = await once(database.nodeChildProcess, 'message', { signal: AbortSignal.timeout(10_000) });
      if ('error' in started) {
        throw new OperatorError(`the embedded database in ${folder} did not start: ${started.error}`);
      }
      process.exitCode = await runPm2(`http://127.0.0.1:${started.port}`);
    } finally {
      if (database.nodeChildProcess.connected) database.nodeChildProcess.disconnect();
    }
  },
);

/** Runs the service until pm2 ends, so that the database outlives the last write. */
async function runPm2(endpoint: string): Promise<number> {
  const pm2 = execa(process.execPath, ['node_modules/pm2/bin/pm2-runtime', 'start', 'ecosystem.config.js'], {
    ...FOREGROUND,
    env: {
      ...PM2_DAEMON_ENV,
      PM2_HOME: join(root, '.data', 'pm2'),
      TABLE_NAME: table,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_REGION: 'local',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => pm2.kill('SIGTERM'));
  const { exitCode = 1 } = await pm2;
  return exitCode;
}
