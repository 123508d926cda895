import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENV, HEALTH_PATH, TIMESTAMPS_PATH } from '../../server/contract.ts';
import { captureQuietly } from '../cli/run.ts';
import { waitQuietly } from '../cli/wait.ts';
import { BenchProcess, freePort } from './process.ts';

/** The table that the servers write to. */
export const TABLE_NAME = 'stampede-bench';

const HEALTH_DEADLINE_MS = 30_000;

/** The pause after a refused connection: the resolution of a measured start-up. */
const HEALTH_PAUSE_MS = 1;

const root = join(import.meta.dirname, '../..');

type Environment = Readonly<Record<string, string>>;

/** A program that is measured. */
interface ServerUnderTest {
  readonly title: string;
  /** Arguments of the pinned Node. */
  readonly args: readonly string[];
  readonly path: string;
  /** Variables that differ from those of the other servers. @default - none */
  readonly env?: Environment;
  /** Run it under pm2 with this many workers. @default - one process without pm2 */
  readonly workers?: number;
}

/** How pm2 starts a worker. The file is plain JavaScript, which `tsc` does not read. */
const ecosystem: { apps: [{ script: string; node_args: string[] }] } = await import(join(root, 'ecosystem.config.js'));
const [{ script, node_args }] = ecosystem.apps;

/** Stampede's bundle with Node's arguments of production. */
const stampede = {
  title: 'Stampede, production bundle',
  args: [...node_args, join(root, script)],
  path: TIMESTAMPS_PATH,
};

function program(title: string, file: string, path = TIMESTAMPS_PATH) {
  return { title, args: [join(import.meta.dirname, file)], path };
}

/** The servers by name. */
export const SERVERS = {
  'express-get-put-get': program('Express 5 + GetItem, PutItem, GetItem', 'peers/express.js', '/get-put-get'),
  'express-put': program('Express 5 + PutItem', 'peers/express.js'),
  'fastify-put': program('Fastify + PutItem', 'peers/fastify-put.js'),
  'node-put': program('node:http + PutItem', 'peers/node-put.js'),
  'node-bare': program('node:http, no database', 'peers/node-bare.js'),
  stampede,
  'stampede-under-pm2': { ...stampede, workers: 2 },
  'stampede-unbundled': program('Stampede, unbundled', '../../server/main.ts'),
  // A trailing slash is enough to avoid the short cut: Express then calls the same handler.
  'stampede-through-express': { ...stampede, title: 'Stampede, through Express', path: `${TIMESTAMPS_PATH}/` },
  'stampede-by-sdk': { ...stampede, title: 'Stampede, puts by the SDK', env: { [ENV.directPut]: 'off' } },
  // It does nothing: what limits the rate is the load generator itself.
  'fixed-answer': program('a fixed answer, no HTTP parser', 'load/fixed-answer.js'),
} satisfies Record<string, ServerUnderTest>;

export type ServerName = keyof typeof SERVERS;

/** A server that answers. */
export type RunningServer = Awaited<ReturnType<typeof startServer>>;

/** Starts a server, as one process or under pm2, and waits for its first 200; `cleanup` stops it. */
export async function startServer(cleanup: AsyncDisposableStack, name: ServerName, endpoint: string) {
  const server: ServerUnderTest = SERVERS[name];
  const port = await freePort();
  const env = { ...environment(port, endpoint), ...server.env };
  const startMs = performance.now();
  const start = server.workers === undefined ? startProcess : startUnderPm2;
  /** All processes that do its work. */
  const pids = await start(cleanup, server, port, env);
  return { name, path: server.path, port, pids, startUpMs: performance.now() - startMs };
}

/** The environment of every server: DynamoDB is the backend, the load balancer is one trusted proxy, limits are on. */
function environment(port: number, endpoint: string): Environment {
  return {
    NODE_ENV: 'production',
    [ENV.port]: String(port),
    [ENV.host]: '127.0.0.1',
    [ENV.tableName]: TABLE_NAME,
    [ENV.trustedProxies]: '1',
    [ENV.rateLimitPerSecond]: '1000000',
    [ENV.region]: 'eu-west-1',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

async function startProcess(cleanup: AsyncDisposableStack, { args }: ServerUnderTest, port: number, env: Environment) {
  const server = cleanup.use(new BenchProcess({ role: 'server', line: [process.execPath, ...args], env }));
  await untilHealthy(port, () => server.requireRunning());
  return [server.pid];
}

/** Starts Stampede as production does: by pm2 with `ecosystem.config.js`. Not bound to cores. */
async function startUnderPm2(cleanup: AsyncDisposableStack, server: ServerUnderTest, port: number, env: Environment) {
  const home = mkdtempSync(join(tmpdir(), 'stampede-bench-pm2-'));
  cleanup.defer(() => rmSync(home, { recursive: true }));
  const variables = {
    ...env,
    PATH: process.env['PATH'],
    PM2_HOME: home,
    [ENV.workers]: String(server.workers),
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
