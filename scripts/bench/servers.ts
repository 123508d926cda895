import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ENV, TIMESTAMPS_PATH } from '../../server/contract.ts';

const root = join(import.meta.dirname, '../..');

/** The table that the servers write to. */
export const TABLE_NAME = 'stampede-bench';

/** A program that is measured. */
export interface ServerUnderTest {
  readonly title: string;
  /** Arguments of the pinned Node. */
  readonly args: readonly string[];
  /** @default TIMESTAMPS_PATH */
  readonly path?: string;
  /** Variables that differ from those of the other servers. @default - none */
  readonly env?: Readonly<Record<string, string>>;
  /** Run it under pm2 with this many workers. @default - one process without pm2 */
  readonly workers?: number;
}

/** How pm2 starts a worker. The file is plain JavaScript, which `tsc` does not read. */
const { apps } = (await import(pathToFileURL(join(root, 'ecosystem.config.js')).href)) as {
  apps: readonly [{ readonly script: string; readonly node_args?: readonly string[] }];
};
const [{ script, node_args = [] }] = apps;

/** Stampede's bundle with Node's arguments of production. */
const stampede = { title: 'Stampede, production bundle', args: [...node_args, join(root, script)] };

const bench = import.meta.dirname;

/** The servers by name. */
export const SERVERS = {
  'express-get-put-get': {
    title: 'Express 5 + GetItem, PutItem, GetItem',
    args: [join(bench, 'peers/express-get-put-get.js')],
  },
  'express-put': { title: 'Express 5 + PutItem', args: [join(bench, 'peers/express-put.js')] },
  'fastify-put': { title: 'Fastify + PutItem', args: [join(bench, 'peers/fastify-put.js')] },
  'node-put': { title: 'node:http + PutItem', args: [join(bench, 'peers/node-put.js')] },
  'node-bare': { title: 'node:http, no database', args: [join(bench, 'peers/node-bare.js')] },
  stampede,
  'stampede-under-pm2': { ...stampede, workers: 2 },
  'stampede-unbundled': { title: 'Stampede, unbundled', args: [join(root, 'server/main.ts')] },
  // A trailing slash is enough to avoid the short cut: Express then calls the same handler.
  'stampede-through-express': { ...stampede, title: 'Stampede, through Express', path: `${TIMESTAMPS_PATH}/` },
  'stampede-by-sdk': { ...stampede, title: 'Stampede, puts by the SDK', env: { [ENV.directPut]: 'off' } },
  // It does nothing: what limits the rate is the load generator itself.
  'fixed-answer': { title: 'a fixed answer, no HTTP parser', args: [join(bench, 'load/fixed-answer.js')] },
} satisfies Record<string, ServerUnderTest>;

export type ServerName = keyof typeof SERVERS;

/** The environment of every server: DynamoDB is the backend, the load balancer is one trusted proxy, limits are on. */
export function serverEnvironment(port: number, endpoint: string): Record<string, string> {
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
