import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { S3Client } from '@aws-sdk/client-s3';
import { pino } from 'pino';
import request from 'supertest';
import { z } from 'zod';
import { LAUNCH_S } from '../../../ami/contract.ts';
import { completeLaunch } from '../../../ami/launch-hook/complete-launch.ts';
import { fleetName, LAUNCH_HOOK, logGroupNames } from '../../../infra/contract.ts';
import { createS3Server } from '../../../scripts/machine/s3/server.ts';
import { arnIn, type Right } from '../../../scripts/rights/account.ts';
import { instanceRole } from '../../../scripts/rights/role.ts';
import { GENERATED_SECRET } from '../../../server/contract.ts';
import { createDynamoDBClient } from '../../../server/dynamodb/client.ts';
import { createCloudWatchClient, createCloudWatchPublisher } from '../../../server/metrics/cloudwatch.ts';
import { createMetrics } from '../../../server/metrics/metrics.ts';
import { deadlineIn } from '../../../server/retry.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { NO_CACHE } from '../../../server/secrets/secret-cache.ts';
import { createSecretsClient, openStageSecret } from '../../../server/secrets/stage-secret.ts';
import { S3Bucket } from '../../../server/spill/s3-bucket.ts';
import { startDatabase } from '../../server/support/database.ts';
import { startFakeCloudWatch } from '../../server/support/fake-cloudwatch.ts';
import { startSecretsManager } from '../../server/support/fake-secrets-manager.ts';
import { listenDuringTests } from '../../server/support/listen.ts';
import { startService } from '../../server/support/service.ts';
import { EVERYTHING_ON, synthesize } from '../synthesize.ts';
import { startPolicyProxy } from './policy-proxy.ts';
import { BARE_ACCOUNT, deployedStage, grantedActions, missingRights, PLACE } from './stage-account.ts';

const STAGE = 'prod';
const BUCKET = 'stampede-spill';
const BUCKET_ARN = `arn:aws:s3:::${BUCKET}`;
const TABLE = 'stampede-test';
const INSTANCE_ID = 'i-0123456789abcdef0';
const stacks = synthesize(STAGE, EVERYTHING_ON);
const stage = deployedStage(STAGE, stacks, {
  '{{stampede-prod-data/TimestampsTable351B212D}}': TABLE,
  '{{stampede-prod-data/SpillBucket95D36406}}': BUCKET,
});
const role = instanceRole(stage.resources);
const [dataKey] = stage.resources.list('AWS::KMS::Key', z.unknown());

const rights = (service: string, actions: string, resource: string, context?: Right['context']): readonly Right[] =>
  actions.split(' ').map((action) => ({ action: `${service}:${action}`, resource, ...(context && { context }) }));

const logStreams = Object.values(logGroupNames(STAGE)).map((name) =>
  arnIn(PLACE, 'logs', `log-group:${name}:log-stream:${INSTANCE_ID}`),
);

/** Calls of programs that no test runs, as their documentation lists them. */
const OTHER_PROGRAMS: Readonly<Record<string, readonly Right[]>> = {
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
  'DynamoDB, which uses the key of the table with the permissions of the caller': rights(
    'kms',
    'Decrypt DescribeKey Encrypt GenerateDataKey ReEncryptFrom ReEncryptTo',
    arnIn(PLACE, 'kms', `key/${dataKey?.ref}`),
    { 'kms:ViaService': `dynamodb.${PLACE.region}.amazonaws.com` },
  ),
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
  'Secrets Manager, which uses the key of the secret with the permissions of the caller': rights(
    'kms',
    'Decrypt',
    arnIn(PLACE, 'kms', `key/${dataKey?.ref}`),
    { 'kms:ViaService': `secretsmanager.${PLACE.region}.amazonaws.com` },
  ),
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms-permissions
  'S3, which uses the key of the bucket with the permissions of the caller': rights(
    'kms',
    'Decrypt GenerateDataKey',
    arnIn(PLACE, 'kms', `key/${dataKey?.ref}`),
    { 'kms:ViaService': `s3.${PLACE.region}.amazonaws.com` },
  ),
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/permissions-reference-cwl.html
  'the CloudWatch agent, for logs': logStreams.flatMap((stream) => [
    ...rights('logs', 'CreateLogStream PutLogEvents', stream),
    ...rights('logs', 'DescribeLogStreams', stream.slice(0, -INSTANCE_ID.length)),
  ]),
  // https://docs.aws.amazon.com/xray/latest/devguide/security_iam_id-based-policy-examples.html
  'the CloudWatch agent, for traces': rights(
    'xray',
    'PutTraceSegments PutTelemetryRecords GetSamplingRules GetSamplingTargets',
    '*',
  ),
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
  'the Systems Manager agent': [
    ...rights('ssm', 'UpdateInstanceInformation', arnIn(PLACE, 'ec2', `instance/${INSTANCE_ID}`)),
    ...rights('ssmmessages', 'CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel', '*'),
  ],
};

const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'example' };
const database = await startDatabase();
const proxy = await startPolicyProxy(database.endpoint, BARE_ACCOUNT, role);
const client = createDynamoDBClient({ endpoint: proxy.endpoint });
after(() => client.destroy());
const { server } = await startService({ ...database, client });

const denied = (recorded: typeof proxy.recorded) =>
  recorded.flatMap(({ missing }) => (missing ? [`${missing.action} on ${missing.resource}`] : []));

/** Actions that the instance role was asked for, in this whole file. */
const called = new Set<string>();

describe('with the rights of the instance role', () => {
  after(() => {
    for (const { rights: asked } of proxy.recorded) for (const { action } of asked) called.add(action);
  });

  it('the server records timestamps and reads them', async () => {
    const { body } = await request(server).post('/app').set('accept', 'application/json').expect(201);
    // After the first write has shown where DynamoDB is, the next ones are sent without the SDK.
    await request(server).post('/app').expect(201);
    await request(server).post('/app').set('idempotency-key', '"a-key"').expect(201);
    await request(server).post('/app').set('idempotency-key', '"a-key"').expect(201);
    await request(server).get('/app').expect(200);
    await request(server).get(`/app/${body.id}`).expect(200);
    assert.deepEqual(denied(proxy.recorded), []);
  });

  it('the server creates users, and refuses taken names', async () => {
    const ada = { username: 'ada', email: 'ada@example.org' };
    await request(server).post('/users').send(ada).expect(201);
    await request(server).post('/users').send({ username: 'ada', email: 'new@example.org' }).expect(409);
    await request(server).post('/users').send({ username: 'new', email: 'ada@example.org' }).expect(409);
    await request(server).get('/users').expect(200);
    assert.deepEqual(denied(proxy.recorded), []);
  });

  it('the server spills blocks by conditional puts, reads, lists and deletes them, and writes dead letters', async () => {
    const upstream = await listenDuringTests(createServer(createS3Server([BUCKET]).listener));
    const { endpoint, recorded } = await startPolicyProxy(upstream, BARE_ACCOUNT, role);
    const s3 = new S3Client({ endpoint, region: PLACE.region, credentials, maxAttempts: 1 });
    const bucket = new S3Bucket(s3, BUCKET);
    const deadline = deadlineIn(5_000, systemRuntime);
    const key = 'spill/2026-11-21/07/example.json';
    assert.equal(await bucket.create(key, '{}', deadline), true);
    assert.equal(await bucket.create(key, '{}', deadline), false);
    assert.equal(await bucket.get(key, deadline), '{}');
    assert.equal((await bucket.list(deadline)).objects.length, 1);
    await bucket.create('dead/2026-11-21/07/example.json', '{}', deadline);
    await bucket.delete(key, deadline);
    assert.equal(await bucket.get(key, deadline), undefined, 'not refused, although it does not exist');
    s3.destroy();
    assert.deepEqual(denied(recorded), []);
    proxy.recorded.push(...recorded);
  });

  it('the server reads the secret of the stage', async () => {
    const [secret] = stage.resources.list('AWS::SecretsManager::Secret', z.unknown());
    const secretId = secret?.ref ?? '';
    const value = JSON.stringify({ generated: 'a'.repeat(GENERATED_SECRET.length) });
    const secretsManager = await startSecretsManager({ value }, secretId);
    const { endpoint, recorded } = await startPolicyProxy(secretsManager.endpoint, BARE_ACCOUNT, role);
    const reader = createSecretsClient({ endpoint, region: PLACE.region, credentials, maxAttempts: 1 });
    const logger = pino({ level: 'silent' });
    const wait = () => Promise.reject(new Error('the secret was not read'));
    const opened = await openStageSecret({ client: reader, secretId, cache: NO_CACHE, logger, wait });
    reader.destroy();
    assert.equal(opened.current().readTokens.length, 1);
    assert.deepEqual(denied(recorded), []);
    proxy.recorded.push(...recorded);
  });

  it('the server publishes its metrics', async () => {
    const cloudWatch = await startFakeCloudWatch();
    const { endpoint, recorded } = await startPolicyProxy(cloudWatch.endpoint, BARE_ACCOUNT, role);
    const publisher = createCloudWatchClient({ endpoint, region: PLACE.region, credentials, maxAttempts: 1 });
    const failures: unknown[] = [];
    const onChange = (_failing: boolean, error?: unknown) => failures.push(error);
    const options = { client: publisher, stage: STAGE, autoScalingGroup: fleetName(STAGE), onChange };
    const report = { totals: createMetrics().snapshot(), gauges: { memory: 0 } };
    await createCloudWatchPublisher(options)(report, new Date());
    publisher.destroy();
    assert.deepEqual(failures, []);
    assert.equal(cloudWatch.calls.length, 1);
    proxy.recorded.push(...recorded);
  });

  it('the launch hook completes the launch', async () => {
    const answer =
      '<CompleteLifecycleActionResponse><CompleteLifecycleActionResult/></CompleteLifecycleActionResponse>';
    const autoScaling = createServer(({ url }, response) => {
      if (url === '/latest/api/token') return response.end('token');
      return url === '/' ? response.setHeader('content-type', 'text/xml').end(answer) : response.end(INSTANCE_ID);
    });
    autoScaling.listen(0, '127.0.0.1');
    await once(autoScaling, 'listening');
    after(() => autoScaling.close().closeAllConnections());
    const upstream = `http://127.0.0.1:${(autoScaling.address() as AddressInfo).port}`;
    const { endpoint, recorded } = await startPolicyProxy(upstream, BARE_ACCOUNT, role);
    const failures: string[] = [];
    const launch = {
      hookName: LAUNCH_HOOK,
      autoScalingGroup: fleetName(STAGE),
      healthUrl: `${upstream}/latest/api/token`,
      times: { ...LAUNCH_S, deadline: 5 },
      log: (line: string) => failures.push(line),
      metadataService: upstream,
    };
    const caller = new AutoScalingClient({ endpoint, region: PLACE.region, credentials, maxAttempts: 1 });
    assert.equal(await completeLaunch(launch, caller), 'CONTINUE');
    assert.deepEqual(failures, []);
    proxy.recorded.push(...recorded);
  });

  for (const [program, needed] of Object.entries(OTHER_PROGRAMS)) {
    it(`${program} does its work`, async () => {
      assert.deepEqual(await missingRights(stage, role, needed), []);
      for (const { action } of needed) called.add(action);
    });
  }
});

describe('the instance role', () => {
  it('grants no action that nothing calls', () => {
    assert.ok(called.size > 10, 'the calls above were recorded');
    assert.deepEqual(
      grantedActions(role).filter((action) => !called.has(action)),
      [],
    );
  });

  const table = (name: string) => arnIn(PLACE, 'dynamodb', `table/${name}`);
  const FORBIDDEN: Readonly<Record<string, Right>> = {
    'read the whole table at once': { action: 'dynamodb:Scan', resource: table(TABLE) },
    'delete the table': { action: 'dynamodb:DeleteTable', resource: table(TABLE) },
    'write to the table of another stage': { action: 'dynamodb:PutItem', resource: table('other') },
    'change the secret': {
      action: 'secretsmanager:PutSecretValue',
      resource: arnIn(PLACE, 'secretsmanager', 'secret:a'),
    },
    'read the secret of another stage': {
      action: 'secretsmanager:GetSecretValue',
      resource: arnIn(PLACE, 'secretsmanager', 'secret:other-AbCdEf'),
    },
    'publish metrics as another service': {
      action: 'cloudwatch:PutMetricData',
      resource: '*',
      context: { 'cloudwatch:namespace': 'AWS/EC2' },
    },
    'complete launches of another group': {
      action: 'autoscaling:CompleteLifecycleAction',
      resource: arnIn(PLACE, 'autoscaling', 'autoScalingGroup:1:autoScalingGroupName/stampede-dev-app'),
    },
    'delete dead letters': { action: 's3:DeleteObject', resource: `${BUCKET_ARN}/dead/2026-11-21/example.json` },
    'write outside the prefixes of the spill bucket': {
      action: 's3:PutObject',
      resource: `${BUCKET_ARN}/example.json`,
    },
    'write to the spill bucket of another stage': {
      action: 's3:PutObject',
      resource: 'arn:aws:s3:::stampede-dev-data-spillbucket/spill/2026-11-21/example.json',
    },
    'delete the versions of a spilled block': {
      action: 's3:DeleteObjectVersion',
      resource: `${BUCKET_ARN}/spill/2026-11-21/example.json`,
    },
    'use the key of the table itself': {
      action: 'kms:Decrypt',
      resource: arnIn(PLACE, 'kms', `key/${dataKey?.ref}`),
    },
    'read parameters': { action: 'ssm:GetParameter', resource: arnIn(PLACE, 'ssm', 'parameter/stampede/ami/current') },
  };
  for (const [what, right] of Object.entries(FORBIDDEN)) {
    it(`may not ${what}`, async () => {
      assert.equal((await missingRights(stage, role, [right])).length, 1);
    });
  }
});
