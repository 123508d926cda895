import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { captureQuietly, startBackground } from '../../../cli/run.ts';
import { waitQuietly } from '../../../cli/wait.ts';
import {
  startLifecycleHookEndpoint,
  startS3,
  startSecretsManager,
  startTestDatabase,
} from '../../../machine/fixtures.ts';
import type { Sandbox } from '../../../machine/sandbox.ts';
import { stageOf } from './deployed-stacks.ts';
import { storedItemSchema } from './item-reader.ts';
import { type Attachment, AWS_PORT, OUTSIDE, type StageNetwork } from './network.ts';
import { recordSchema } from './policy-proxy-process.ts';
import { type RestoreCommandOptions, runRestoreCommand } from './restore-command.ts';
import { BUCKET_NAME, canarySecretIdIn, type StageFacts, secretIdIn, TABLE_NAME } from './stage-facts.ts';
import { generateSecretValue } from './stage-secret.ts';
import type { TableOperation } from './table-operations.ts';

const READY_DEADLINE_MS = 15_000;
/** A restore of a small table on AWS takes minutes. */
const RESTORE_MS = 4_000;
/** Each service listens on the loopback of its own network, behind the proxy that instances reach. */
const UPSTREAM = { host: '127.0.0.1', port: 8_000 } as const;
/** CloudFormation listens beside the database: only the operator calls both. */
const CLOUDFORMATION_PORT = 8_001;

/** Starts the database of a stage, in place of DynamoDB. */
export type StartDatabase = (...args: Parameters<typeof startTestDatabase>) => Promise<void>;

/** Starts the services of AWS that instances call. Each permits what the instance role of the template permits. */
export async function startAwsEndpoints(
  facts: StageFacts,
  network: StageNetwork,
  metadataFolder: string,
  sandbox: Sandbox,
  startDatabase: StartDatabase = startTestDatabase,
  value = generateSecretValue(facts.secret),
) {
  const { directory, undo } = sandbox;
  const valueFile = join(directory, 'secret.json');
  const canaryFile = join(directory, 'canary-secret');
  const rightsFile = join(directory, 'rights.json');
  await writeFile(valueFile, value, { mode: 0o600 });
  await writeFile(canaryFile, generateSecretValue(facts.canarySecret), { mode: 0o600 });
  await writeFile(rightsFile, JSON.stringify(facts.rights));
  const logs: string[] = [];

  const attach = async (name: string, address: string) => {
    const attachment = await network.attach(name, address);
    const log = join(directory, `${name}-proxy.log`);
    const args = [address, String(AWS_PORT), String(UPSTREAM.port), rightsFile, metadataFolder];
    await startScript('policy-proxy-process.ts', args, attachment, log, sandbox);
    logs.push(log);
    return attachment;
  };

  const database = await attach('database', OUTSIDE.database);
  await startDatabase({ ...UPSTREAM, table: TABLE_NAME, restoreMs: RESTORE_MS }, undo, database.namespace.inside);
  const operateTable = tableOperations(database, `http://${UPSTREAM.host}:${UPSTREAM.port}`);
  if (facts.hasContinuousBackups) await operateTable('back-up-continuously', TABLE_NAME);
  const stacksFile = join(directory, 'stacks.json');
  await writeFile(stacksFile, JSON.stringify(facts.stacks));
  const stacksArgs = [UPSTREAM.host, String(CLOUDFORMATION_PORT), stacksFile];
  const stacksLog = join(directory, 'cloudformation.log');
  await startScript('cloudformation-process.ts', stacksArgs, database, stacksLog, sandbox);
  const s3 = await attach('s3', OUTSIDE.s3);
  await startS3({ ...UPSTREAM, bucket: BUCKET_NAME }, undo, s3.namespace.inside);
  const secrets = await attach('secrets', OUTSIDE.secrets);
  const files = { [secretIdIn(facts.region)]: valueFile, [canarySecretIdIn(facts.region)]: canaryFile };
  await startSecretsManager({ ...UPSTREAM, files }, undo, secrets.namespace.inside);
  const autoScaling = await attach('auto-scaling', OUTSIDE.autoScaling);
  // The checks at rest judge the repeated calls of the first instances. In drills they would only prolong each launch.
  const strict = facts.scaling.bounds.min;
  const actions = await startLifecycleHookEndpoint({ ...UPSTREAM, strict }, undo, autoScaling.namespace.inside);
  const cloudWatch = await attach('cloudwatch', OUTSIDE.cloudWatch);
  const metrics = [UPSTREAM.host, String(UPSTREAM.port)];
  await startScript('cloudwatch-process.ts', metrics, cloudWatch, join(directory, 'cloudwatch.log'), sandbox);
  return {
    database,
    s3,
    /** Everything that instances call. */
    attachments: [database, s3, secrets, autoScaling, cloudWatch],
    /** Completed lifecycle actions, as lines of JSON. */
    actions,
    secretText: value,
    secretValue: z.object({ generated: z.string() }).parse(JSON.parse(value)),
    operateTable,
    /** Restores the table of the stage by `npm run restore`, with its further options; `deploy` carries out the deployment. */
    restoreTable: (options: readonly string[], deploy: RestoreCommandOptions['deploy']) =>
      runRestoreCommand({
        folder: join(directory, 'restore'),
        args: ['--stage', stageOf(facts.stacks), ...options],
        env: {
          AWS_REGION: facts.region,
          AWS_ACCESS_KEY_ID: 'operator',
          AWS_SECRET_ACCESS_KEY: 'operator',
          AWS_ENDPOINT_URL_DYNAMODB: `http://${UPSTREAM.host}:${UPSTREAM.port}`,
          AWS_ENDPOINT_URL_CLOUDFORMATION: `http://${UPSTREAM.host}:${CLOUDFORMATION_PORT}`,
        },
        inside: database.namespace.inside,
        deploy,
        undo,
      }),
    /** Every timestamp in a table, read without the server. */
    readTable: (table: string) => readLines('table-reader.ts', table, database),
    /** Every item in a table that is kept, read without the server. */
    readItems: async (table: string) =>
      (await readLines('item-reader.ts', table, database)).map((text) => storedItemSchema.parse(JSON.parse(text))),
    /** Gives the instance role other rights, as a deployment does; all endpoints follow within a second. */
    changeRights: async (rights: StageFacts['rights']) => {
      // Whole or not at all: the endpoints read the file when it changes.
      await writeFile(`${rightsFile}.new`, JSON.stringify(rights));
      await rename(`${rightsFile}.new`, rightsFile);
    },
    /** Every object in the spill bucket with the timestamps of its block, read without the server. */
    readBucket: async () => {
      const objects = await readLines('bucket-reader.ts', BUCKET_NAME, s3);
      return objects.map((text) => {
        const [name = '', ...timestamps] = text.split(' ');
        return { name, timestamps };
      });
    },
    /** The rights that instances needed so far, each once. */
    rightsNeeded: async () => {
      const lines = (await Promise.all(logs.map((log) => readFile(log, 'utf8')))).join('').split('\n');
      return lines.filter((line) => line.startsWith('{')).map((line) => recordSchema.parse(JSON.parse(line)));
    },
  };
}

/** The lines that a script of this folder prints about a table or a bucket, in the network of its service. */
async function readLines(script: string, name: string, { namespace }: Attachment): Promise<string[]> {
  const endpoint = `http://${UPSTREAM.host}:${UPSTREAM.port}`;
  const line = [process.execPath, join(import.meta.dirname, script), endpoint, name] as const;
  return (await captureQuietly(namespace.inside(line))).split('\n').filter((text) => text !== '');
}

/** Runs operations of the operator on tables, with the rights of an administrator; each returns one line. */
function tableOperations({ namespace }: Attachment, endpoint: string) {
  const script = join(import.meta.dirname, 'table-operations.ts');
  return async (operation: TableOperation, ...args: readonly string[]): Promise<string> => {
    return (await captureQuietly(namespace.inside([process.execPath, script, endpoint, operation, ...args]))).trim();
  };
}

/** Starts a script of this folder in the network of a machine, and waits until it is ready. */
async function startScript(
  script: string,
  args: readonly string[],
  { namespace }: Attachment,
  log: string,
  { undo }: Sandbox,
): Promise<void> {
  const line = namespace.inside([process.execPath, join(import.meta.dirname, script), ...args]);
  undo.later(script, startBackground(line, { log }).stop);
  const isReady = async () => (await readFile(log, 'utf8')).includes('ready');
  await waitQuietly(`${script} at ${args[0]}`, isReady, READY_DEADLINE_MS);
}
