import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ENV, TIMESTAMPS_PATH } from '../../server/contract.ts';
import { TABLE_NAME } from './backends/backend.ts';

const root = join(import.meta.dirname, '../..');

/** A server that is measured: a whole program. */
export interface ServerUnderTest {
  readonly name: string;
  readonly title: string;
  /** Arguments of the pinned Node. */
  readonly args: readonly string[];
  /** @default TIMESTAMPS_PATH */
  readonly path?: string;
  /** @default - that of every server */
  readonly env?: Readonly<Record<string, string>>;
}

const peer = (name: string, title: string): ServerUnderTest => ({
  name,
  title,
  args: [join(import.meta.dirname, `peers/${name}.js`)],
});

/** How `ecosystem.config.js` has pm2 start a worker. */
interface ProductionApp {
  readonly script: string;
  readonly node_args?: readonly string[];
}

/** The ecosystem file is plain JavaScript, which `tsc` does not look into. */
const productionApp = async (): Promise<ProductionApp> => {
  const file = pathToFileURL(join(root, 'ecosystem.config.js')).href;
  const { apps } = (await import(file)) as { apps: readonly [ProductionApp] };
  return apps[0];
};

const { script, node_args = [] } = await productionApp();

/** Stampede's bundle with Node's arguments as production has them. */
export const STAMPEDE: ServerUnderTest = {
  name: 'stampede',
  title: 'Stampede, production bundle',
  args: [...node_args, join(root, script)],
};

/** Stampede from its sources, as in development. */
export const STAMPEDE_UNBUNDLED: ServerUnderTest = {
  name: 'stampede-unbundled',
  title: 'Stampede, unbundled',
  args: [join(root, 'server/main.ts')],
};

/** A trailing slash is all it takes to pass the short cut by: then Express finds the very same handler. */
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

export const EXPRESS = peer('express-put', 'Express 5 + PutItem');
export const CEILING = peer('node-bare', 'node:http, no database');

/** What is compared, slowest idea first. */
export const SERVERS: readonly ServerUnderTest[] = [
  peer('express-get-put-get', 'Express 5 + GetItem, PutItem, GetItem'),
  EXPRESS,
  peer('fastify-put', 'Fastify + PutItem'),
  peer('node-put', 'node:http + PutItem'),
  STAMPEDE,
  CEILING,
];

/** The environment of every server: DynamoDB is the backend, the load balancer is one trusted proxy, limits are on. */
export const serverEnvironment = (port: number, endpoint: string): Record<string, string> => ({
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
});
