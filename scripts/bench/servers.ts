import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ENV, TIMESTAMPS_PATH } from '../../server/contract.ts';

const root = join(import.meta.dirname, '../..');

/** The table that the servers write to. */
export const TABLE_NAME = 'stampede-bench';

/** A program that is measured. */
export interface ServerUnderTest {
  readonly name: string;
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

function peer(name: string, title: string): ServerUnderTest {
  return { name, title, args: [join(import.meta.dirname, `peers/${name}.js`)] };
}

export const EXPRESS = peer('express-put', 'Express 5 + PutItem');
export const CEILING = peer('node-bare', 'node:http, no database');

/** How pm2 starts a worker. The file is plain JavaScript, which `tsc` does not read. */
const { apps } = (await import(pathToFileURL(join(root, 'ecosystem.config.js')).href)) as {
  apps: readonly [{ readonly script: string; readonly node_args?: readonly string[] }];
};
const [{ script, node_args = [] }] = apps;

/** Stampede's bundle with Node's arguments of production. */
export const STAMPEDE: ServerUnderTest = {
  name: 'stampede',
  title: 'Stampede, production bundle',
  args: [...node_args, join(root, script)],
};

export const STAMPEDE_UNDER_PM2 = { ...STAMPEDE, workers: 2 };

/** Stampede from its sources, as in development. */
export const STAMPEDE_UNBUNDLED: ServerUnderTest = {
  name: 'stampede-unbundled',
  title: 'Stampede, unbundled',
  args: [join(root, 'server/main.ts')],
};

/** A trailing slash is enough to avoid the short cut: Express then calls the same handler. */
export const STAMPEDE_THROUGH_EXPRESS: ServerUnderTest = {
  ...STAMPEDE,
  name: 'stampede-through-express',
  title: 'Stampede, through Express',
  path: `${TIMESTAMPS_PATH}/`,
};

/** All puts by the AWS SDK. */
export const STAMPEDE_BY_SDK: ServerUnderTest = {
  ...STAMPEDE,
  name: 'stampede-by-sdk',
  title: 'Stampede, puts by the SDK',
  env: { [ENV.directPut]: 'off' },
};

/** The servers that are compared, the most expensive first. */
export const SERVERS: readonly ServerUnderTest[] = [
  peer('express-get-put-get', 'Express 5 + GetItem, PutItem, GetItem'),
  EXPRESS,
  peer('fastify-put', 'Fastify + PutItem'),
  peer('node-put', 'node:http + PutItem'),
  STAMPEDE,
  CEILING,
];

/** A server that does nothing: what limits the rate is the load generator itself. */
export const FIXED_ANSWER: ServerUnderTest = {
  name: 'fixed-answer',
  title: 'a fixed answer, no HTTP parser',
  args: [join(import.meta.dirname, 'load/fixed-answer.js')],
};

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
