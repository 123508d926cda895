import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { arnIn, type Right, type Tags } from '../../../scripts/rights/account.ts';
import { isAllowed } from '../../../scripts/rights/evaluate.ts';
import { documentSchema, instanceRole } from '../../../scripts/rights/role.ts';
import { EVERYTHING_ON, synthesize } from '../synthesize.ts';
import { deployedStage, PLACE } from './stage-account.ts';

const { resources, policyOf } = deployedStage('prod', synthesize('prod', EVERYTHING_ON));

const topics = resources
  .list('AWS::SNS::Topic', z.object({ KmsMasterKeyId: z.string() }))
  .map(({ ref, properties: { KmsMasterKeyId: key } }) => ({ arn: ref, key, policy: policyOfTopic(ref) }));
const [page, ticket] = topics as [Topic, Topic];
type Topic = (typeof topics)[number];

function policyOfTopic(arn: string) {
  return resources
    .list('AWS::SNS::TopicPolicy', z.object({ PolicyDocument: documentSchema, Topics: z.array(z.string()) }))
    .find(({ properties }) => properties.Topics.includes(arn))?.properties.PolicyDocument;
}

const alarmSchema = z.object({ AlarmActions: z.array(z.string()).default([]) });
const ruleSchema = z.object({ Targets: z.array(z.object({ Arn: z.string() })) });
const notificationSchema = z.object({
  NotificationsWithSubscribers: z.array(
    z.object({ Subscribers: z.array(z.object({ SubscriptionType: z.string(), Address: z.string() })) }),
  ),
});
const logGroupSchema = z.object({ LogGroupName: z.string(), KmsKeyId: z.string() });

const targets = {
  'cloudwatch.amazonaws.com': ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']
    .flatMap((type) => resources.list(type, alarmSchema))
    .flatMap(({ properties }) => properties.AlarmActions)
    .filter((arn) => arn.includes(':sns:')),
  'events.amazonaws.com': resources
    .list('AWS::Events::Rule', ruleSchema)
    .flatMap(({ properties }) => properties.Targets.map(({ Arn }) => Arn))
    .filter((arn) => arn.includes(':sns:')),
  'budgets.amazonaws.com': resources
    .list('AWS::Budgets::Budget', notificationSchema)
    .flatMap(({ properties }) => properties.NotificationsWithSubscribers.flatMap(({ Subscribers }) => Subscribers))
    .filter(({ SubscriptionType }) => SubscriptionType === 'SNS')
    .map(({ Address }) => Address),
} as const;

/** Keys that a service sends with its calls. EventBridge sends none to topics. */
const CONTEXT: Readonly<Record<string, Tags>> = {
  'cloudwatch.amazonaws.com': { 'aws:SourceAccount': PLACE.accountId },
  'budgets.amazonaws.com': { 'aws:SourceAccount': PLACE.accountId },
};

const keyArn = (reference: string) =>
  reference.startsWith('arn:') ? reference : arnIn(PLACE, 'kms', `key/${reference}`);

/** The rights that a service lacks, by the policy of the resource. */
async function missing(principal: string, rights: readonly Right[]): Promise<readonly string[]> {
  const decided = rights.map(async (right) => {
    const topic = topics.find(({ arn }) => arn === right.resource);
    const resourcePolicy = topic ? topic.policy : policyOf(right.resource);
    const caller = { principal, region: PLACE.region, resourcePolicy };
    return (await isAllowed(caller, right)) ? [] : [`${right.action} on ${right.resource}`];
  });
  return (await Promise.all(decided)).flat();
}

function publish({ arn }: Topic, context: Tags = {}): Right {
  return { action: 'sns:Publish', resource: arn, context: { 'aws:SecureTransport': 'true', ...context } };
}

const useKey = (resource: string, context: Tags = {}): readonly Right[] =>
  ['kms:Decrypt', 'kms:GenerateDataKey'].map((action) => ({ action, resource, context }));

describe('the policies of topics and keys', () => {
  const published: Readonly<Record<keyof typeof targets, readonly Topic[]>> = {
    'cloudwatch.amazonaws.com': [page, ticket],
    'events.amazonaws.com': [ticket],
    'budgets.amazonaws.com': [ticket],
  };
  for (const [service, arns] of Object.entries(targets)) {
    it(`let ${service} publish to the encrypted topics of its messages`, async () => {
      const expected = published[service as keyof typeof targets];
      assert.deepEqual([...new Set(arns)].toSorted(), expected.map(({ arn }) => arn).toSorted());
      for (const topic of expected)
        assert.deepEqual(await missing(service, [publish(topic, CONTEXT[service]), ...useKey(keyArn(topic.key))]), []);
    });
  }

  it('let only alarms publish pages, because the filter of the subscriptions drops everything else', async () => {
    for (const service of ['events.amazonaws.com', 'budgets.amazonaws.com'])
      assert.equal((await missing(service, [publish(page, CONTEXT[service])])).length, 1, service);
  });

  it('let CloudWatch Logs encrypt each log group', async () => {
    const groups = resources.list('AWS::Logs::LogGroup', logGroupSchema);
    assert.ok(groups.length >= 3);
    for (const { properties } of groups) {
      const arn = arnIn(PLACE, 'logs', `log-group:${properties.LogGroupName}`);
      const rights = useKey(keyArn(properties.KmsKeyId), { 'kms:EncryptionContext:aws:logs:arn': arn });
      assert.deepEqual(await missing(`logs.${PLACE.region}.amazonaws.com`, rights), [], properties.LogGroupName);
    }
  });

  it('refuse alarms of another account, and log groups of another account', async () => {
    const foreign = { 'aws:SourceAccount': '999999999999' };
    assert.equal((await missing('cloudwatch.amazonaws.com', [publish(page, foreign)])).length, 1);
    const arn = `arn:aws:logs:${PLACE.region}:999999999999:log-group:theirs`;
    const rights = useKey(keyArn(page.key), { 'kms:EncryptionContext:aws:logs:arn': arn });
    assert.equal((await missing(`logs.${PLACE.region}.amazonaws.com`, rights)).length, 2);
  });

  it('refuse publishing without TLS', async () => {
    const plain = publish(page, { ...CONTEXT['cloudwatch.amazonaws.com'], 'aws:SecureTransport': 'false' });
    assert.equal((await missing('cloudwatch.amazonaws.com', [plain])).length, 1);
  });

  it('refuse services that do not publish', async () => {
    assert.equal((await missing('s3.amazonaws.com', [publish(page), ...useKey(keyArn(page.key))])).length, 3);
  });
});

describe('the policy of the spill bucket', () => {
  const [bucketPolicy] = resources
    .list('AWS::S3::BucketPolicy', z.object({ Bucket: z.string(), PolicyDocument: documentSchema }))
    .filter(({ properties }) => properties.Bucket.includes('Spill'));
  const [dataKey] = resources.list('AWS::KMS::Key', z.unknown());
  const { name, policies } = instanceRole(resources);
  const principal = `arn:aws:iam::${PLACE.accountId}:role/${name}`;
  const headers = 's3:x-amz-server-side-encryption';
  const canPut = (context: Tags) =>
    isAllowed(
      { principal, region: PLACE.region, policies, resourcePolicy: bucketPolicy?.properties.PolicyDocument },
      {
        action: 's3:PutObject',
        resource: `arn:aws:s3:::${bucketPolicy?.properties.Bucket}/spill/2026-11-21/example.json`,
        context: { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3', ...context },
      },
    );

  it('accepts what asks for no encryption, or for that with the key of the table', async () => {
    assert.ok(await canPut({}));
    assert.ok(await canPut({ [headers]: 'aws:kms', [`${headers}-aws-kms-key-id`]: keyArn(dataKey?.ref ?? '') }));
  });

  const REFUSED: Readonly<Record<string, Tags>> = {
    'another key': { [headers]: 'aws:kms', [`${headers}-aws-kms-key-id`]: arnIn(PLACE, 'kms', 'key/other') },
    'the key of AWS': { [headers]: 'aws:kms' },
    'S3-managed keys': { [headers]: 'AES256' },
    'a key of the client': { [`${headers}-customer-algorithm`]: 'AES256' },
    'no TLS': { 'aws:SecureTransport': 'false' },
    'an old version of TLS': { 's3:TlsVersion': '1.1' },
  };
  for (const [what, context] of Object.entries(REFUSED)) {
    it(`refuses ${what}`, async () => assert.equal(await canPut(context), false));
  }
});
