import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acknowledged } from '../../infra/acknowledged.ts';
import { OUTPUTS, stackNames } from '../../infra/contract.ts';
import { fleetBounds, tableWriteLimit } from '../../infra/scaling/capacity.ts';
import { METRICS, TIMEOUTS_MS } from '../../server/contract.ts';
import { ALLOWED_WILDCARDS, wildcards } from './iam.ts';
import {
  EVERYTHING_ON,
  resourcesOf,
  type Synthesized,
  synthesizeValidated,
  synthesizeWithNag,
  theResource,
  unacknowledged,
} from './synthesize.ts';
import { DEPLOYMENTS } from './validated-deployments.ts';

const deployments: Readonly<Record<string, Synthesized>> = {
  dev: synthesizeWithNag(...DEPLOYMENTS.dev),
  prod: synthesizeWithNag(...DEPLOYMENTS.prod),
  'prod-all': synthesizeValidated(...DEPLOYMENTS.everything),
  'pr-1': synthesizeWithNag(...DEPLOYMENTS.branch),
};

for (const [stage, stacks] of Object.entries(deployments)) {
  const all = (type: string) => resourcesOf(type, ...stacks.all);

  describe(`every deployment: ${stage}`, () => {
    it('allows only the listed wildcards in IAM', () => {
      assert.deepEqual(
        wildcards(stacks).filter((wildcard) => !ALLOWED_WILDCARDS.some(({ matches }) => matches.test(wildcard))),
        [],
      );
    });

    it('sets retention and a key on every log group', () => {
      const groups = all('AWS::Logs::LogGroup').map(({ Properties: p }) => [
        p.RetentionInDays > 0,
        p.KmsKeyId !== undefined,
      ]);
      assert.equal(groups.length, 4);
      assert.ok(groups.flat().every((set) => set));
    });

    it('encrypts every bucket, volume, table, topic and vault', () => {
      const volumes = all('AWS::EC2::LaunchTemplate').flatMap(
        ({ Properties: p }) => p.LaunchTemplateData.BlockDeviceMappings,
      );
      assert.ok(volumes.length >= 2 && volumes.every(({ Ebs }) => Ebs.Encrypted === true));
      assert.ok(all('AWS::S3::Bucket').every(({ Properties: p }) => p.BucketEncryption !== undefined));
      assert.ok(all('AWS::DynamoDB::GlobalTable').every(({ Properties: p }) => p.SSESpecification.SSEType === 'KMS'));
      assert.ok(all('AWS::SNS::Topic').every(({ Properties: p }) => p.KmsMasterKeyId !== undefined));
      assert.ok(all('AWS::Backup::BackupVault').every(({ Properties: p }) => p.EncryptionKeyArn !== undefined));
      assert.ok(all('AWS::KMS::Key').every(({ Properties: p }) => p.EnableKeyRotation === true));
    });

    it('requires IMDSv2 with a hop limit of 1 on every instance', () => {
      for (const { Properties: p } of all('AWS::EC2::LaunchTemplate')) {
        assert.deepEqual(p.LaunchTemplateData.MetadataOptions, { HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
      }
    });

    it('tags every taggable resource with service and stage', () => {
      const { Properties: table } = theResource('AWS::DynamoDB::GlobalTable', stacks.data);
      const { Properties: balancer } = theResource('AWS::ElasticLoadBalancingV2::LoadBalancer', stacks.service);
      for (const tags of [table.Replicas[0].Tags, balancer.Tags]) {
        assert.deepEqual(
          tags.filter(({ Key }: { Key: string }) => ['Service', 'Stage'].includes(Key)),
          [
            { Key: 'Service', Value: 'stampede' },
            { Key: 'Stage', Value: stage },
          ],
        );
      }
    });

    it('has the outputs that the scripts read', () => {
      for (const [stack, outputs] of Object.entries(OUTPUTS)) {
        const template = stacks[stack as keyof typeof OUTPUTS];
        for (const output of Object.values(outputs))
          assert.ok(template.Outputs?.[output], `${stack} has no output ${output}`);
      }
    });

    it('has a runbook for every alarm', () => {
      const alarms = [...all('AWS::CloudWatch::Alarm'), ...all('AWS::CloudWatch::CompositeAlarm')];
      const silent = alarms.filter(({ Properties: p }) => !/runbook: \S+/i.test(p.AlarmDescription ?? ''));
      assert.ok(alarms.length > 20);
      assert.deepEqual(silent, []);
    });

    it('sets the treatment of missing data for every alarm', () => {
      const unsaid = all('AWS::CloudWatch::Alarm').filter(({ Properties: p }) => p.TreatMissingData === undefined);
      assert.deepEqual(unsaid, []);
    });

    it('uses only metrics that the server publishes', () => {
      const published = new Set<string>(Object.values(METRICS).map(({ name }) => name));
      const own = all('AWS::CloudWatch::Alarm').filter(({ Properties: p }) => p.Namespace === 'Stampede');
      assert.ok(own.length >= 4);
      assert.ok(own.every(({ Properties: p }) => published.has(p.MetricName)));
    });

    it('limits the table above what the largest fleet can write', () => {
      const { Properties: table } = theResource('AWS::DynamoDB::GlobalTable', stacks.data);
      const limit = table.WriteOnDemandThroughputSettings.MaxWriteRequestUnits;
      const { Properties: group } = resourcesOf('AWS::AutoScaling::AutoScalingGroup', stacks.service)[0] as {
        Properties: { MaxSize: string };
      };
      assert.equal(limit, tableWriteLimit(fleetBounds(stacks.settings), stacks.settings.ratePerInstance));
      assert.ok(limit >= Number(group.MaxSize) * stacks.settings.ratePerInstance);
    });

    it('agrees with the server on timeouts', () => {
      const { Properties: balancer } = theResource('AWS::ElasticLoadBalancingV2::LoadBalancer', stacks.service);
      const { Properties: targets } = theResource('AWS::ElasticLoadBalancingV2::TargetGroup', stacks.service);
      const attribute = (attributes: { Key: string; Value: string }[], key: string) =>
        Number(attributes.find(({ Key }) => Key === key)?.Value) * 1000;
      assert.equal(attribute(balancer.LoadBalancerAttributes, 'idle_timeout.timeout_seconds'), TIMEOUTS_MS.albIdle);
      const delay = attribute(targets.TargetGroupAttributes, 'deregistration_delay.timeout_seconds');
      assert.equal(delay, TIMEOUTS_MS.deregistrationDelay);
      assert.ok(TIMEOUTS_MS.request <= delay && TIMEOUTS_MS.albIdle < TIMEOUTS_MS.keepAlive);
    });
  });
}

describe('findings of cdk-nag', () => {
  it('are exactly the acknowledged ones, each with a reason', () => {
    // Synthesising the deployments above has already failed on any finding that is not acknowledged.
    const { settings, ids } = unacknowledged('prod-all', EVERYTHING_ON);
    const list = acknowledged({ stage: 'prod-all', settings });
    assert.deepEqual([...new Set(list.map(({ id }) => id))].toSorted(), ids.toSorted());
    assert.ok(list.every(({ reason }) => reason.length > 20));
  });
});

describe('the list of wildcards', () => {
  it('has only wildcards that exist, each with a reason', () => {
    const found = ['dev', 'prod-all'].flatMap((stage) => wildcards(deployments[stage] as Synthesized));
    const stale = ALLOWED_WILDCARDS.filter(({ matches }) => !found.some((wildcard) => matches.test(wildcard)));
    assert.deepEqual(stale, []);
    assert.ok(ALLOWED_WILDCARDS.every(({ reason }) => reason.length > 20));
  });
});

describe('stateful resources', () => {
  /** Changing one of these ids replaces the resource, so the commit message must mention it. */
  const LOCKED: Readonly<Record<string, string>> = {
    TimestampsTable351B212D: 'AWS::DynamoDB::GlobalTable',
    DataKey17AFBB84: 'AWS::KMS::Key',
    AccessLogsBucketCD784A59: 'AWS::S3::Bucket',
    SpillBucket95D36406: 'AWS::S3::Bucket',
    ArchiveBucket49F1AC64: 'AWS::S3::Bucket',
    BackupsVault1F11AFCC: 'AWS::Backup::BackupVault',
  };
  const { data } = deployments['prod'] as Synthesized;

  for (const [id, type] of Object.entries(LOCKED)) {
    it(`keeps the logical id ${id} of its ${type}, and retains the resource when the stack is deleted`, () => {
      assert.equal(data.Resources[id]?.Type, type, `Stateful ids are now: ${Object.keys(data.Resources).join(', ')}`);
      assert.match(data.Resources[id]?.DeletionPolicy ?? '', /^Retain/);
      assert.equal(data.Resources[id]?.UpdateReplacePolicy, 'Retain');
    });
  }

  it('are not left behind by a failed first deployment, except the protected table, which cannot be deleted', () => {
    const left = Object.values(data.Resources).filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
    assert.deepEqual(
      left.map(({ Type }) => Type),
      ['AWS::DynamoDB::GlobalTable'],
    );
  });

  it('are all deleted with a temporary stage', () => {
    const { all = [] } = deployments['pr-1'] ?? {};
    const resources = all.flatMap(({ Resources }) => Object.entries(Resources));
    const retained = resources.filter(([, { DeletionPolicy = '' }]) => /^Retain/.test(DeletionPolicy));
    assert.deepEqual(
      retained.map(([id]) => id),
      [],
    );
  });

  it('have no backup in a temporary stage: a vault that has one cannot be deleted', () => {
    const { all = [] } = deployments['pr-1'] ?? {};
    const types = all.flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type));
    assert.ok(types.length > 50);
    assert.deepEqual(
      types.filter((type) => type.startsWith('AWS::Backup::')),
      [],
    );
  });
});

describe('deployments of several stages', () => {
  it('have different names of stacks, groups, log groups and dashboards', () => {
    const names = Object.keys(deployments).flatMap((stage) => Object.values(stackNames(stage)));
    const named = Object.values(deployments).flatMap(({ all }) =>
      all.flatMap(({ Resources }) =>
        Object.values(Resources).flatMap(({ Properties: p = {} }) => [
          p.LogGroupName,
          p.AutoScalingGroupName,
          p.DashboardName,
        ]),
      ),
    );
    const texts = [...names, ...named].filter((name): name is string => typeof name === 'string');
    assert.equal(new Set(texts).size, texts.length);
  });
});
