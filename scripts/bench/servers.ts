import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENV, HEALTH_PATH, PM2_DAEMON_ENV, TIMESTAMPS_PATH } from '../../server/contract.ts';
import { captureQuietly } from '../cli/run.ts';
import { waitQuietly } from '../cli/wait.ts';
import { type Backend, TABLE_NAME } from './backends/backends.ts';
import { type CommitWindow, PROD, PROD_WINDOW_MS } from './commit-windows.ts';
import { BenchProcess, type Cleanup, freePort } from './process.ts';

const HEALTH_DEADLINE_MS = 30_000;
/** The pause after a refused connection: the resolution of a measured start-up. */
const HEALTH_PAUSE_MS = 1;

const root = join(import.meta.dirname, '../..');

/** How pm2 starts a worker. The file is plain JavaScript, which `tsc` does not read. */
const ecosystem: { apps: [{ script: string; node_args: string[] }] } = await import(join(root, 'ecosystem.config.js'));
const [{ script, node_args }] = ecosystem.apps;

const BUNDLE = `../../${script}`;
const BUNDLE_TITLE = 'Stampede, production bundle';

type Environment = Readonly<Record<string, string>>;

/** Describes a server: its file, where it takes timestamps, its own variables, and workers if pm2 is to run it. */
function server(title: string, file: string, { path = TIMESTAMPS_PATH, env = {} as Environment, workers = 0 } = {}) {
  return { title, file: join(import.meta.dirname, file), path, env, workers };
}

function withWindow(ms: CommitWindow) {
  return server(`Stampede, window of ${ms} ms`, BUNDLE, { env: { [ENV.commitWindowMs]: String(ms) } });
}

/** The servers that are measured, by name. */
export const SERVERS = {
  'express-get-put-get': server('Express 5 + GetItem, PutItem, GetItem', 'peers/express.js', { path: '/get-put-get' }),
  'express-list': server('Express 5 + QueryCommand', 'peers/express-list.js'),
  'express-put': server('Express 5 + PutItem', 'peers/express.js'),
  'fastify-put': server('Fastify + PutItem', 'peers/fastify-put.js'),
  'node-put': server('node:http + PutItem', 'peers/node-put.js'),
  'node-bare': server('node:http, no database', 'peers/node-bare.js'),
  stampede: server(BUNDLE_TITLE, BUNDLE),
  'stampede-under-pm2': server('Stampede, two workers', BUNDLE, {
    env: { [ENV.commitWindowMs]: String(PROD_WINDOW_MS) },
    workers: 2,
  }),
  'stampede-unbundled': server('Stampede, unbundled', '../../server/main.ts'),
  // A trailing slash is enough to avoid the short cut: Express then calls the same handler.
  'stampede-through-express': server('Stampede, through Express', BUNDLE, { path: `${TIMESTAMPS_PATH}/` }),
  'stampede-by-sdk': server('Stampede, puts by the SDK', BUNDLE, { env: { [ENV.directPut]: 'off' } }),
  'stampede-window-50-by-sdk': server('Stampede, window of 50 ms, puts by the SDK', BUNDLE, {
    env: { [ENV.commitWindowMs]: '50', [ENV.directPut]: 'off' },
  }),
  'stampede-window-10': withWindow(10),
  'stampede-window-25': withWindow(25),
  [PROD]: withWindow(PROD_WINDOW_MS),
  'stampede-window-100': withWindow(100),
  // It does nothing: what limits the rate is the load generator itself.
  'fixed-answer': server('a fixed answer, no HTTP parser', 'load/fixed-answer.js'),
};

export type ServerName = keyof typeof SERVERS;

/** A server that answers. */
export type RunningServer = Awaited<ReturnType<typeof startServer>>;

/** What identifies a cell of a server on a backend. */
export function keyOf(server: ServerName, { name: backend }: Backend) {
  return { server, title: SERVERS[server].title, backend };
}

/** Starts a server, as one process or under pm2, and waits for its first 200; `cleanup` stops it. */
export async function startServer(cleanup: Cleanup, name: ServerName, backend: Backend) {
  const { file, path, workers, ...server } = SERVERS[name];
  const port = await freePort();
  const env = { ...environment(port, backend), ...server.env };
  const startMs = performance.now();
  /** All processes that do its work. */
  const pids = await (workers === 0
    ? startProcess(cleanup, file, port, env)
    : startUnderPm2(cleanup, workers, port, env));
  return { name, path, port, pids, startUpMs: performance.now() - startMs };
}

/** The environment of every server: DynamoDB is the backend, the load balancer is one trusted proxy, limits are on. */
function environment(port: number, { endpoint, certificateFile }: Backend): Environment {
  return {
    NODE_ENV: 'production',
    [ENV.port]: String(port),
    [ENV.host]: '127.0.0.1',
    [ENV.tableName]: TABLE_NAME,
    [ENV.trustedProxies]: '1',
    [ENV.rateLimitPerSecond]: '1000000',
    [ENV.region]: 'eu-west-1',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    ...(certificateFile && { NODE_EXTRA_CA_CERTS: certificateFile }),
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

async function startProcess(cleanup: Cleanup, file: string, port: number, env: Environment) {
  const args = file === SERVERS.stampede.file ? node_args : [];
  const server = cleanup.use(new BenchProcess({ role: 'server', line: [process.execPath, ...args, file], env }));
  await untilHealthy(port, () => server.requireRunning());
  return [server.pid];
}

/** Starts Stampede as production does: by pm2 with `ecosystem.config.js`. Not bound to cores. */
async function startUnderPm2(cleanup: Cleanup, workers: number, port: number, env: Environment) {
  const home = mkdtempSync(join(tmpdir(), 'stampede-bench-pm2-'));
  cleanup.defer(() => rmSync(home, { recursive: true }));
  const variables = {
    ...env,
    ...PM2_DAEMON_ENV,
    PATH: process.env['PATH'],
    PM2_HOME: home,
    [ENV.workers]: String(workers),
    [ENV.envFile]: join(home, 'none'),
  };
  const onlyThese = ['-i', ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
  const pm2 = (...args: string[]) =>
    captureQuietly(['env', ...onlyThese, process.execPath, 'node_modules/pm2/bin/pm2', ...args], { cwd: root });
  cleanup.defer(async () => {
    await pm2('kill');
  });
  await pm2('start', 'ecosystem.config.js', '--silent');
  await untilHealthy(port);
  const apps = JSON.parse(await pm2('jlist', '--silent')) as { pid: number }[];
  return [Number(readFileSync(join(home, 'pm2.pid'), 'utf8')), ...apps.map(({ pid }) => pid)];
}

/** Requests the health check until the first 200; `check` may throw to end the wait. */
function untilHealthy(port: number, check = () => {}): Promise<void> {
  const isHealthy = async () => {
    check();
    const answer = await fetch(`http://127.0.0.1:${port}${HEALTH_PATH}`).catch(() => undefined);
    await answer?.bytes();
    return answer?.status === 200;
  };
  return waitQuietly(`a 200 from port ${port}`, isHealthy, HEALTH_DEADLINE_MS, HEALTH_PAUSE_MS);
}
