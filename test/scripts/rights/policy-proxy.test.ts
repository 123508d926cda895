import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { DynamoDB, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { S3 } from '@aws-sdk/client-s3';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { stackNames } from '../../../infra/contract.ts';
import { BUCKET_NAME, readStageFacts, secretIdIn } from '../../../scripts/drills/rehearsal/stage/stage-facts.ts';
import { createPolicyProxy } from '../../../scripts/rights/policy-proxy.ts';
import type { PolicyDocument } from '../../../scripts/rights/role.ts';
import { parseTemplate } from '../../../scripts/scaling/template/template.ts';
import { METRIC_NAMESPACE } from '../../../server/contract.ts';
import { synthesize } from '../../infra/synthesize.ts';

const TABLE = 'rehearsal';
const names = Object.entries(stackNames('dev')) as [keyof ReturnType<typeof stackNames>, string][];
const stacks = synthesize('dev', { sshCidrs: '203.0.113.10/32' });
const templates = names.map(([part, name]) => parseTemplate(name, JSON.stringify(stacks[part])));
const { rights } = readStageFacts(templates, TABLE);

/** AWS, which accepts everything, and has every object whose name does not begin with `missing`. */
const upstream = createServer((request, response) => {
  request.resume();
  if (request.url?.includes('/missing')) return response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
  const isJson = request.headers['x-amz-target'] !== undefined;
  const body = isJson
    ? '{}'
    : '<CompleteLifecycleActionResponse><CompleteLifecycleActionResult/></CompleteLifecycleActionResponse>';
  return response.setHeader('content-type', isJson ? 'application/x-amz-json-1.0' : 'text/xml').end(body);
});
upstream.listen(0, '127.0.0.1');
await once(upstream, 'listening');
after(() => upstream.close().closeAllConnections());

const urlOf = (server: typeof upstream) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Clients of an instance whose role has these policies. */
async function clientsWith(policies: readonly PolicyDocument[], accessKeyId = 'ASIAKNOWN') {
  const proxy = createPolicyProxy({
    upstream: new URL(urlOf(upstream)),
    account: { ...rights, tagsOf: () => ({}), launchTemplate: () => assert.fail('no instance is launched') },
    role: { ...rights.role, policies },
    sessionOf: (key) => (key === 'ASIAKNOWN' ? 'i-0123456789abcdef0' : undefined),
    onFailure: (error) => {
      throw error;
    },
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  after(() => proxy.close().closeAllConnections());
  const credentials = { accessKeyId, secretAccessKey: 'secret' };
  const config = { endpoint: urlOf(proxy), region: rights.region, credentials, maxAttempts: 1 };
  const [dynamo, autoScaling] = [new DynamoDB(config), new AutoScaling(config)];
  const s3 = new S3(config);
  const spilled = { Bucket: BUCKET_NAME, Key: 'spill/2026-11-21.07/example.json' };
  const key = { pk: { S: 'p' }, sk: { S: 's' } };
  const launch = {
    LifecycleHookName: 'ready',
    AutoScalingGroupName: 'stampede-dev-app',
    LifecycleActionResult: 'CONTINUE',
  };
  const metrics = { Namespace: METRIC_NAMESPACE, MetricData: [{ MetricName: 'TimestampsRecorded', Value: 1 }] };
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    'dynamodb:PutItem': () => dynamo.putItem({ TableName: TABLE, Item: key }),
    'dynamodb:GetItem': () => dynamo.getItem({ TableName: TABLE, Key: key }),
    'dynamodb:UpdateItem': () => dynamo.updateItem({ TableName: TABLE, Key: key }),
    'dynamodb:Query': () => dynamo.query({ TableName: TABLE }),
    'autoscaling:CompleteLifecycleAction': () => autoScaling.completeLifecycleAction(launch),
    'cloudwatch:PutMetricData': () => new CloudWatch(config).putMetricData(metrics),
    's3:PutObject': () => s3.putObject({ ...spilled, Body: '{}', IfNoneMatch: '*' }),
    's3:GetObject': () => s3.getObject(spilled),
    's3:DeleteObject': () => s3.deleteObject(spilled),
    's3:ListBucket': () => s3.listObjectsV2({ Bucket: BUCKET_NAME, Prefix: 'spill/' }),
    'secretsmanager:GetSecretValue': () =>
      new SecretsManager(config).getSecretValue({ SecretId: secretIdIn('eu-west-1') }),
  };
  return { calls, dynamo, s3 };
}

/** The policies without one action. */
function without(action: string): readonly PolicyDocument[] {
  return rights.role.policies.map((policy) => ({
    ...policy,
    Statement: policy.Statement.map((statement) => ({
      ...statement,
      Action: statement.Action.filter((granted) => granted !== action),
    })).filter(({ Action }) => Action.length > 0),
  }));
}

const ACTIONS = Object.keys((await clientsWith([])).calls);

describe('an endpoint with the instance role of the template', () => {
  it('permits what instances do', async () => {
    const { calls } = await clientsWith(rights.role.policies);
    for (const call of Object.values(calls)) await call();
  });

  for (const missing of ACTIONS) {
    it(`refuses exactly ${missing} if the role lacks it, with the error of AWS`, async () => {
      const { calls } = await clientsWith(without(missing));
      for (const [action, call] of Object.entries(calls)) {
        if (action !== missing) await call();
        else {
          await assert.rejects(call(), ({ name, message }: Error) => {
            assert.match(name, /^AccessDenied(Exception)?$/);
            assert.match(message, /^User: arn:aws:sts::123456789012:assumed-role\/\S+\/i-0123456789abcdef0 is not/);
            assert.match(message, new RegExp(`not authorized to perform: ${missing} on resource: `));
            return true;
          });
        }
      }
    });
  }

  it('permits to put dead letters, but not to read or delete them', async () => {
    const { s3 } = await clientsWith(rights.role.policies);
    const dead = { Bucket: BUCKET_NAME, Key: 'dead/2026-11-21.07/example.json' };
    await s3.putObject({ ...dead, Body: '{}' });
    await assert.rejects(s3.getObject(dead), { name: 'AccessDenied' });
    await assert.rejects(s3.deleteObject(dead), { name: 'AccessDenied' });
  });

  it('says that an object does not exist only to those who may list the bucket without a condition', async () => {
    const missing = { Bucket: BUCKET_NAME, Key: 'spill/missing.json' };
    const granted = await clientsWith(rights.role.policies);
    await assert.rejects(granted.s3.getObject(missing), { name: 'NoSuchKey' });
    const conditional = rights.role.policies.map((policy) => ({
      ...policy,
      Statement: policy.Statement.map((statement) =>
        statement.Action.includes('s3:ListBucket')
          ? { ...statement, Condition: { StringLike: { 's3:prefix': 'spill/*' } } }
          : statement,
      ),
    }));
    const limited = await clientsWith(conditional);
    await limited.calls['s3:ListBucket']?.();
    await assert.rejects(limited.s3.getObject(missing), { name: 'AccessDenied' });
  });

  it('refuses a transaction if the role lacks the right for one of its items', async () => {
    const put = { Put: { TableName: TABLE, Item: { pk: { S: 'p' }, sk: { S: 's' } } } };
    const Key = { pk: { S: 'p' }, sk: { S: 'other' } };
    const update = { Update: { TableName: TABLE, Key, UpdateExpression: 'REMOVE x' } };
    const check = { ConditionCheck: { TableName: TABLE, Key, ConditionExpression: 'attribute_exists(pk)' } };
    const allowed = await clientsWith(rights.role.policies);
    await allowed.dynamo.transactWriteItems({ TransactItems: [put, update] });
    const refuses = (dynamo: DynamoDB, items: TransactWriteItem[], action: string) =>
      assert.rejects(dynamo.transactWriteItems({ TransactItems: items }), {
        name: 'AccessDeniedException',
        message: new RegExp(`not authorized to perform: dynamodb:${action} on resource: `),
      });
    await refuses(allowed.dynamo, [put, check], 'ConditionCheckItem');
    await refuses((await clientsWith(without('dynamodb:UpdateItem'))).dynamo, [put, update], 'UpdateItem');
  });

  it('refuses another table', async () => {
    const { dynamo } = await clientsWith(rights.role.policies);
    await assert.rejects(dynamo.getItem({ TableName: 'other', Key: { pk: { S: 'p' } } }), {
      name: 'AccessDeniedException',
    });
  });

  it('refuses a key that AWS never gave', async () => {
    const { calls } = await clientsWith(rights.role.policies, 'ASIAUNKNOWN');
    await assert.rejects(calls['dynamodb:PutItem']?.() ?? Promise.resolve(), { name: 'UnrecognizedClientException' });
    const launch = calls['autoscaling:CompleteLifecycleAction']?.() ?? Promise.resolve();
    await assert.rejects(launch, { name: 'InvalidClientTokenId' });
    await assert.rejects(calls['s3:PutObject']?.() ?? Promise.resolve(), { name: 'InvalidAccessKeyId' });
  });
});
