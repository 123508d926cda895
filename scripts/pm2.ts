/**
 * `npm run pm2`: builds the server and runs it under pm2 as production does, on the embedded database, in the foreground.
 * Ctrl-C ends it the way a deployment does: workers drain, then the database stops.
 */
import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = join(root, '.data', 'dynamodb');
const table = 'stampede-local';
const START_DEADLINE_MS = 10_000;

execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root, stdio: 'inherit' });

mkdirSync(folder, { recursive: true });
const database = fork(join(root, 'server/dynamodb/embedded-database-process.ts'), [folder, '0', table]);
const [started] = await once(database, 'message', { signal: AbortSignal.timeout(START_DEADLINE_MS) });
if ('error' in started) {
  console.error(`the embedded database in ${folder} did not start: ${started.error}`);
  process.exit(1);
}

const pm2 = spawn(process.execPath, ['node_modules/pm2/bin/pm2-runtime', 'start', 'ecosystem.config.js'], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    PM2_HOME: join(root, '.data', 'pm2'),
    TABLE_NAME: table,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${started.port}`,
    AWS_REGION: 'local',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
  },
});
// Ctrl-C reaches pm2 directly; this process only waits for it, so that the database outlives the last write.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => pm2.kill('SIGTERM'));
const [code] = await once(pm2, 'exit');
database.disconnect();
process.exitCode = code ?? 1;
