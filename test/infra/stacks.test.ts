import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DELETION_ORDER, stackNames } from '../../infra/contract.ts';
import { SPILL_ACTIONS } from '../../infra/data/spill-bucket.ts';
import { TABLE_ACTIONS } from '../../infra/data/timestamps-table.ts';
import { describeNatPrice, natPricePerMonthUsd } from '../../infra/network/vpc.ts';
import { BURN_RATES, budgetSpentPercent, errorPercentAt } from '../../infra/operations/alarms/burn-rate-alarms.ts';
import { GENERATED_SECRET, METRICS } from '../../server/contract.ts';
import { CERTIFICATE, EVERYTHING_ON, type Resource, resourcesOf, synthesize, theResource } from './synthesize.ts';

/** The part of an alarm's metric that tests read. */
interface MetricStat {
  readonly Metric: { readonly MetricName: string };
  readonly Stat: string;
}

interface Dimension {
  readonly Name: string;
  readonly Value: unknown;
}

const dev = synthesize('dev');
const prod = synthesize('prod', { certificateArn: CERTIFICATE });
const everything = synthesize('prod-all', {
  ...EVERYTHING_ON,
  warmWriteUnits: '30000',
});

describe('the stacks', () => {
  it('import only from stacks that are deleted after them', () => {
    const names = stackNames('dev');
    const importsOf = (part: (typeof DELETION_ORDER)[number]) => {
      const text = JSON.stringify(dev[part]);
      return DELETION_ORDER.filter((other) => text.includes(`"Fn::ImportValue":"${names[other]}:`));
    };
    const imports = DELETION_ORDER.map((part) => [part, importsOf(part)] as const);
    assert.ok(imports.some(([, from]) => from.length > 0));
    for (const [index, [part, from]] of imports.entries()) {
      assert.deepEqual(
        from.filter((other) => DELETION_ORDER.indexOf(other) <= index),
        [],
        part,
      );
    }
  });
});

describe('the table', () => {
  const { Properties: table } = theResource('AWS::DynamoDB::GlobalTable', prod.data);
  const [replica] = table.Replicas;

  it('has the keys pk and sk, and on-demand billing', () => {
    assert.deepEqual(
      table.KeySchema.map(({ AttributeName }: { AttributeName: string }) => AttributeName),
      ['pk', 'sk'],
    );
    assert.equal(table.BillingMode, 'PAY_PER_REQUEST');
  });

  it('accepts the peak rate from the start, with one write unit for each timestamp', () => {
    const warm = ({ data }: typeof dev) => theResource('AWS::DynamoDB::GlobalTable', data).Properties.WarmThroughput;
    assert.deepEqual(warm(prod), { WriteUnitsPerSecond: 20_000 });
    assert.deepEqual(warm(everything), { WriteUnitsPerSecond: 30_000 });
  });

  it('limits what reads can cost, in every region', () => {
    const limits = (stacks: typeof dev) =>
      theResource('AWS::DynamoDB::GlobalTable', stacks.data).Properties.Replicas.map(
        (each: { ReadOnDemandThroughputSettings?: { MaxReadRequestUnits: number } }) =>
          each.ReadOnDemandThroughputSettings?.MaxReadRequestUnits,
      );
    assert.deepEqual(limits(prod), [4_000]);
    assert.deepEqual(limits(everything), [4_000, 4_000]);
  });

  it('has point-in-time recovery of 35 days, and deletion protection', () => {
    assert.deepEqual(replica.PointInTimeRecoverySpecification, {
      PointInTimeRecoveryEnabled: true,
      RecoveryPeriodInDays: 35,
    });
    assert.equal(replica.DeletionProtectionEnabled, true);
  });

  it('shows its throttled keys in every region, as the runbook says', () => {
    const { Replicas: replicas } = theResource('AWS::DynamoDB::GlobalTable', everything.data).Properties;
    const insights = replicas.map(
      ({ ContributorInsightsSpecification: specification }: { ContributorInsightsSpecification: object }) =>
        specification,
    );
    assert.deepEqual(insights, Array(2).fill({ Enabled: true, Mode: 'THROTTLED_KEYS' }));
  });

  it('has a maximum that follows the fleet, whatever its warm throughput is', () => {
    const limits = (overrides: Record<string, string>) => {
      const { Properties } = theResource('AWS::DynamoDB::GlobalTable', synthesize('dev', overrides).data);
      return [
        Properties.WriteOnDemandThroughputSettings.MaxWriteRequestUnits,
        Properties.WarmThroughput.WriteUnitsPerSecond,
      ];
    };
    assert.deepEqual(limits({ peakRate: '5000' }), [12_000, 5_000]);
    assert.deepEqual(limits({ peakRate: '5000', warmWriteUnits: '20000' }), [12_000, 20_000]);
  });

  it('deletes expired items', () => {
    assert.deepEqual(table.TimeToLiveSpecification, { AttributeName: 'expires', Enabled: true });
  });

  it('has monthly backups, each a full copy, that are retained for longer than point-in-time recovery', () => {
    const [rule] = theResource('AWS::Backup::BackupPlan', prod.data).Properties.BackupPlan.BackupPlanRule;
    assert.equal(rule.ScheduleExpression, 'cron(0 3 1 * ? *)');
    assert.ok(rule.Lifecycle.DeleteAfterDays > 35);
  });
});

describe('the secret', () => {
  const { Properties: secret, DeletionPolicy } = theResource('AWS::SecretsManager::Secret', prod.data);

  it('is generated by Secrets Manager, without punctuation, in the length that the server expects', () => {
    assert.deepEqual(secret.GenerateSecretString, {
      SecretStringTemplate: '{}',
      GenerateStringKey: GENERATED_SECRET.key,
      PasswordLength: GENERATED_SECRET.length,
      ExcludePunctuation: true,
    });
    assert.equal(secret.SecretString, undefined);
  });

  it('is encrypted with the key of the data, and has no fixed name that would block the next stage', () => {
    const [key] = secret.KmsKeyId['Fn::GetAtt'];
    assert.equal(
      key,
      theResource('AWS::DynamoDB::GlobalTable', prod.data).Properties.Replicas[0].SSESpecification.KMSMasterKeyId[
        'Fn::GetAtt'
      ][0],
    );
    assert.equal(secret.Name, undefined);
  });

  it('is retained with the data', () => {
    assert.equal(DeletionPolicy, 'RetainExceptOnCreate');
    const temporary = theResource('AWS::SecretsManager::Secret', synthesize('dev', { retainData: 'false' }).data);
    assert.equal(temporary.DeletionPolicy, 'Delete');
  });

  it('is in the templates by its ARN only', () => {
    assert.doesNotMatch(
      JSON.stringify(everything.all),
      /resolve:secretsmanager:(?!pager:)|(READ|WRITE)_TOKEN=(?!on|off)/,
    );
    assert.match(JSON.stringify(prod.service), /REQUIRE_READ_TOKEN=on\\nREQUIRE_WRITE_TOKEN=off/);
  });
});

/** A bucket of prod, and the conditions under which its policy refuses everything. */
function bucketOfProd(construct: string) {
  const [[id, { Properties: bucket }]] = Object.entries(prod.data.Resources).filter(
    ([id, { Type }]) => Type === 'AWS::S3::Bucket' && id.startsWith(construct),
  ) as [[string, Resource]];
  const policy = resourcesOf('AWS::S3::BucketPolicy', prod.data).find(({ Properties }) => Properties.Bucket.Ref === id);
  const statements: { Effect: string; Condition?: object }[] = policy?.Properties.PolicyDocument.Statement;
  const refused = statements.filter(({ Effect }) => Effect === 'Deny').map(({ Condition }) => Condition);
  return { bucket, refused };
}

for (const construct of ['AccessLogs', 'Spill', 'Archive']) {
  describe(`the bucket ${construct}`, () => {
    const { bucket, refused } = bucketOfProd(construct);

    it('is closed to the public, to plain HTTP and to old versions of TLS', () => {
      assert.ok(Object.values(bucket.PublicAccessBlockConfiguration).every((blocked) => blocked === true));
      assert.deepEqual(refused.slice(0, 2), [
        { Bool: { 'aws:SecureTransport': 'false' } },
        { NumericLessThan: { 's3:TlsVersion': 1.2 } },
      ]);
    });

    it('has no fixed name, so that a stage can be created again beside the retained bucket', () => {
      assert.equal(bucket.BucketName, undefined);
    });
  });
}

describe('the spill bucket', () => {
  const { bucket } = bucketOfProd('Spill');
  const [rule, ...otherRules] = bucket.LifecycleConfiguration.Rules;

  it('encrypts with the key of the table, whose rights in KMS it needs once per bucket, not per object', () => {
    const [configuration] = bucket.BucketEncryption.ServerSideEncryptionConfiguration;
    assert.deepEqual(configuration, {
      BucketKeyEnabled: true,
      ServerSideEncryptionByDefault: {
        KMSMasterKeyID: { 'Fn::GetAtt': ['DataKey17AFBB84', 'Arn'] },
        SSEAlgorithm: 'aws:kms',
      },
    });
  });

  it('never expires blocks and dead letters, and keeps deleted ones for a week', () => {
    assert.deepEqual(bucket.VersioningConfiguration, { Status: 'Enabled' });
    assert.deepEqual(otherRules, []);
    assert.deepEqual(rule, {
      Id: 'OldVersions',
      Status: 'Enabled',
      NoncurrentVersionExpiration: { NoncurrentDays: 7 },
      ExpiredObjectDeleteMarker: true,
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    });
  });

  it('has access logs, in the bucket for logs', () => {
    assert.deepEqual(bucket.LoggingConfiguration, {
      DestinationBucketName: { Ref: 'AccessLogsBucketCD784A59' },
      LogFilePrefix: 'spill-bucket/',
    });
  });

  it('is known to every instance', () => {
    assert.match(JSON.stringify(prod.service), /SPILL_BUCKET=",\{"Fn::ImportValue":"stampede-prod-data:[^"]*Spill/);
  });
});

describe('the archive', () => {
  const { bucket } = bucketOfProd('Archive');

  it('keeps exports for ever, in cheaper storage as they age, and answers of Athena for a week', () => {
    const rules: { Id: string; Prefix?: string; Transitions?: object[]; ExpirationInDays?: number }[] =
      bucket.LifecycleConfiguration.Rules;
    const [exports, results, versions] = rules;
    assert.deepEqual([exports?.Prefix, exports?.ExpirationInDays], ['exports/', undefined]);
    assert.deepEqual(exports?.Transitions, [
      { StorageClass: 'STANDARD_IA', TransitionInDays: 30 },
      { StorageClass: 'GLACIER_IR', TransitionInDays: 90 },
    ]);
    assert.deepEqual([results?.Prefix, results?.ExpirationInDays], ['results/', 7]);
    assert.deepEqual([versions?.Id, versions?.ExpirationInDays, rules.length], ['OldVersions', undefined, 3]);
  });

  it('is exported an hour after each day, without a program', () => {
    const schedules = resourcesOf('AWS::Scheduler::Schedule', prod.data).map(({ Properties }) => Properties);
    const schedule = schedules.find(({ Target }) => /^ArchiveExport/.test(Target.Arn.Ref));
    assert.deepEqual(
      [schedule.ScheduleExpression, schedule.ScheduleExpressionTimezone, schedule.State],
      ['cron(0 1 * * ? *)', 'Etc/UTC', 'ENABLED'],
    );
    assert.deepEqual(Object.keys(schedule.Target.Arn), ['Ref']);
    assert.match(schedule.Target.Arn.Ref, /^ArchiveExportStateMachine/);
    assert.deepEqual(resourcesOf('AWS::Lambda::Function', prod.data), []);
  });

  it('keeps its bucket when it is turned off', () => {
    assert.deepEqual(
      Object.keys(dev.data.Resources).filter((id) => id.startsWith('ArchiveExport')),
      [],
    );
    assert.ok(Object.keys(dev.data.Resources).includes('ArchiveBucket49F1AC64'));
  });
});

describe('the log bucket', () => {
  const { bucket } = bucketOfProd('AccessLogs');

  it('moves old logs to cheaper storage and finally deletes them', () => {
    const [rule] = bucket.LifecycleConfiguration.Rules;
    const classes = rule.Transitions.map(({ StorageClass: name }: { StorageClass: string }) => name);
    assert.deepEqual(classes, ['STANDARD_IA', 'GLACIER_IR']);
    assert.equal(rule.ExpirationInDays, 400);
  });
});

describe('the network', () => {
  it('has one NAT gateway in dev, and one per zone in prod', () => {
    assert.equal(resourcesOf('AWS::EC2::NatGateway', dev.network).length, 1);
    assert.equal(resourcesOf('AWS::EC2::NatGateway', prod.network).length, 3);
  });

  it('has subnets in every zone of the network, and fleet and load balancer in the chosen ones', () => {
    assert.equal(resourcesOf('AWS::EC2::Subnet', dev.network).length, 3 * 3);
    const { Properties: balancer } = theResource('AWS::ElasticLoadBalancingV2::LoadBalancer', dev.service);
    const { Properties: fleet } = theResource('AWS::AutoScaling::AutoScalingGroup', dev.service);
    assert.deepEqual([balancer.Subnets.length, fleet.VPCZoneIdentifier.length], [2, 2]);
  });

  it('refuses more client networks than a network ACL has rules for', () => {
    const networks = (count: number) => Array.from({ length: count }, (_, index) => `198.51.${index}.0/24`).join(',');
    assert.doesNotThrow(() => synthesize('dev', { sourceCidrs: networks(8) }));
    assert.throws(
      () => synthesize('dev', { sourceCidrs: networks(9) }),
      /network ACL Public needs 22 rules \(Http 9, Https 9, Answers 1, Ssh 0, HttpsToNat 3\), expected at most 20/,
    );
  });

  it('refuses more operator networks than a network ACL has rules for', () => {
    const networks = (count: number) => Array.from({ length: count }, (_, index) => `198.51.100.${index}/32`).join(',');
    const entries = resourcesOf('AWS::EC2::NetworkAclEntry', synthesize('dev', { sshCidrs: networks(17) }).network);
    assert.equal(
      entries.filter(({ Properties: p }) => p.PortRange.From === 22 && p.CidrBlock.endsWith('/32')).length,
      17,
    );
    assert.throws(
      () => synthesize('dev', { sshCidrs: networks(18) }),
      /network ACL Public needs 21 rules \(Http 1, Https 1, Answers 1, Ssh 18\), expected at most 20.*sshCidrs/s,
    );
  });

  it('has a regional NAT gateway if configured: one for all zones, without a public subnet, with alarms', () => {
    const { network, operations } = synthesize('trial', { nat: 'regional' });
    const { Properties: gateway } = theResource('AWS::EC2::NatGateway', network);
    assert.deepEqual([gateway.AvailabilityMode, gateway.SubnetId], ['regional', undefined]);
    assert.equal(resourcesOf('AWS::EC2::EIP', network).length, 0);
    const routes = resourcesOf('AWS::EC2::Route', network).filter(({ Properties }) => Properties.NatGatewayId);
    assert.equal(routes.length, 3);
    const alarms = Object.keys(operations.Resources).filter((id) => /^AlarmsNat/.test(id));
    assert.equal(alarms.length, 2);
  });

  it('states the price of NAT and of the other options', () => {
    assert.ok(Math.abs(natPricePerMonthUsd(1) - 32.85) < 0.01);
    const zones = { zones: ['a', 'b'], networkZones: ['a', 'b', 'c'] };
    assert.match(
      describeNatPrice({ ...zones, nat: 'single' }),
      /a single gateway.*about 33 USD a month.*per-az would be about 66 USD a month, nat=regional would be about 99 USD/,
    );
    assert.match(
      describeNatPrice({ ...zones, nat: 'regional' }),
      /a regional gateway in 3 zones, about 99 USD a month.*single would be about 33 USD.*per-az would be about 66 USD/,
    );
  });

  it('reaches DynamoDB and S3 without NAT from every private subnet', () => {
    const endpoints = resourcesOf('AWS::EC2::VPCEndpoint', prod.network).map(({ Properties }) => Properties);
    assert.deepEqual(
      endpoints.map(({ VpcEndpointType }) => VpcEndpointType),
      ['Gateway', 'Gateway'],
    );
    const subnets = resourcesOf('AWS::EC2::Subnet', prod.network).length;
    assert.ok(endpoints.every(({ RouteTableIds }) => RouteTableIds.length === subnets));
  });

  it('permits only the own table, the spill bucket, and the buckets of AWS that are read', () => {
    const statements = resourcesOf('AWS::EC2::VPCEndpoint', prod.network).map(({ Properties: p }) =>
      p.PolicyDocument?.Statement.map(({ Action, Resource }: { Action: unknown; Resource: unknown }) => ({
        actions: [Action].flat(),
        resources: [Resource].flat().map((resource) => JSON.stringify(resource)),
      })),
    );
    const [[table], [buckets, ...spill]] = statements;
    assert.deepEqual(table.actions.toSorted(), TABLE_ACTIONS.toSorted());
    assert.match(table.resources.join(), /^\{"Fn::ImportValue":"stampede-prod-data:\w*TimestampsTable\w*Arn\w*"\}$/);
    assert.deepEqual(buckets.actions, ['s3:GetObject']);
    assert.deepEqual(
      spill.map(({ actions }: { actions: string[] }) => actions),
      [SPILL_ACTIONS.spilled, SPILL_ACTIONS.dead, SPILL_ACTIONS.bucket],
    );
    const ends = spill.map(
      ({ resources }: { resources: string[] }) => /Spill\w*Arn\w*"\}(.*)$/.exec(resources.join())?.[1],
    );
    assert.deepEqual(ends, [',"/spill/*"]]}', ',"/dead/*"]]}', '']);
    for (const bucket of buckets.resources)
      assert.match(bucket, /(amazon-ssm|aws-ssm|patch-baseline|birdwatcher-prod|amazoncloudwatch-agent|al2023-repos)/);
  });

  it('puts nothing into its default security group', () => {
    const groupsOf: Readonly<Record<string, (properties: Resource['Properties']) => readonly unknown[]>> = {
      'AWS::EC2::InstanceConnectEndpoint': (p) => p.SecurityGroupIds,
      'AWS::EC2::LaunchTemplate': ({ LaunchTemplateData: data }) =>
        data.SecurityGroupIds ?? data.NetworkInterfaces?.flatMap(({ Groups }: { Groups: unknown[] }) => Groups),
      'AWS::ElasticLoadBalancingV2::LoadBalancer': (p) => p.SecurityGroups,
    };
    const inGroups = prod.all.flatMap(({ Resources }) =>
      Object.values(Resources).filter(({ Type }) => Object.hasOwn(groupsOf, Type)),
    );
    assert.equal(inGroups.length, 4);
    for (const { Type, Properties } of inGroups) assert.ok((groupsOf[Type]?.(Properties)?.length ?? 0) > 0, Type);
    // Only the role that removes the group's rules names it.
    const others = prod.all.flatMap(({ Resources }) =>
      Object.values(Resources).filter(({ Type }) => Type !== 'AWS::IAM::Policy'),
    );
    assert.ok(!JSON.stringify(others).includes('DefaultSecurityGroup'));
  });

  it('logs rejected traffic', () => {
    const traffic = [dev, prod].map(({ network }) => theResource('AWS::EC2::FlowLog', network).Properties.TrafficType);
    assert.deepEqual(traffic, ['REJECT', 'REJECT']);
  });

  it('has a bastion group of at most one instance, initially none', () => {
    const { Properties: bastion } = theResource('AWS::AutoScaling::AutoScalingGroup', dev.network);
    assert.deepEqual([bastion.MinSize, bastion.MaxSize, bastion.DesiredCapacity], ['0', '1', undefined]);
  });
});

describe('alarms', () => {
  it('count the system errors of each operation that the server may call', () => {
    const [alarm] = resourcesOf('AWS::CloudWatch::Alarm', prod.operations).filter(({ Properties: { Metrics = [] } }) =>
      JSON.stringify(Metrics).includes('SystemErrors'),
    );
    const operations = new Set(
      alarm?.Properties.Metrics.flatMap(
        ({ MetricStat: stat }: { MetricStat?: { Metric: { Dimensions: Dimension[] } } }) =>
          (stat?.Metric.Dimensions ?? [])
            .filter(({ Name }) => Name === 'Operation')
            .map(({ Value }) => `dynamodb:${Value}`),
      ),
    );
    assert.deepEqual([...operations].toSorted(), [...TABLE_ACTIONS, 'dynamodb:TransactWriteItems'].toSorted());
  });

  const alarms = resourcesOf('AWS::CloudWatch::Alarm', prod.operations).map(({ Properties }) => Properties);

  it('treat missing heartbeats as breaching, and missing traffic as normal', () => {
    const heartbeat = alarms.find(({ MetricName }) => MetricName === 'TimestampsRecorded');
    assert.equal(heartbeat.TreatMissingData, 'breaching');
    const breaching = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching');
    const metricNames = breaching.map(
      ({ MetricName, Metrics }) => MetricName ?? Metrics[1].MetricStat.Metric.MetricName,
    );
    assert.deepEqual(metricNames, ['TimestampsRecorded', 'ExecutionsSucceeded']);
  });

  it('find an instance that reports but does not know the error of its clock', () => {
    const [alarm] = alarms.filter(({ Metrics = [] }) => JSON.stringify(Metrics).includes('ClockErrorBound'));
    assert.ok(alarm);
    const [expression, ...used] = alarm.Metrics;
    assert.equal(expression.Expression, 'instances - FILL(clocks, 0)');
    assert.deepEqual(
      used.map(({ Id, MetricStat: { Metric, Stat } }: { Id: string; MetricStat: MetricStat }) => [
        Id,
        Metric.MetricName,
        Stat,
      ]),
      [
        ['instances', 'TimestampsRecorded', 'SampleCount'],
        ['clocks', 'ClockErrorBound', 'SampleCount'],
      ],
    );
    assert.deepEqual(
      [alarm.ComparisonOperator, alarm.Threshold, alarm.TreatMissingData],
      ['GreaterThanThreshold', 0, 'notBreaching'],
    );
  });

  it('are raised for any spilled timestamp, for a block that stays spilled, and for any dead letter', () => {
    const found = ['TimestampsSpilled', 'OldestSpillAge', 'DeadLetters'].map((name) =>
      alarms.find(({ MetricName }) => MetricName === name),
    );
    assert.deepEqual(
      found.map((alarm) => [alarm?.Statistic, alarm?.ComparisonOperator, alarm?.Threshold, alarm?.EvaluationPeriods]),
      [
        ['Sum', 'GreaterThanThreshold', 0, 1],
        ['Maximum', 'GreaterThanThreshold', 900, 5],
        ['Maximum', 'GreaterThanThreshold', 0, 1],
      ],
    );
  });

  it('are raised when an instance does not know the age of what is spilled', () => {
    const alarm = alarms.find(({ AlarmDescription }) => /cannot list the spill bucket/.test(AlarmDescription));
    const [expression] = alarm?.Metrics?.filter(({ Expression }: { Expression?: string }) => Expression) ?? [];
    assert.equal(expression?.Expression, 'instances - FILL(spills, 0)');
    assert.deepEqual([alarm?.EvaluationPeriods, alarm?.DatapointsToAlarm], [15, 10]);
  });

  it('combine user impact into one alarm', () => {
    const composites = resourcesOf('AWS::CloudWatch::CompositeAlarm', prod.operations);
    const users = composites.find(({ Properties: p }) => p.AlarmDescription.startsWith('Users are affected'));
    assert.equal(JSON.stringify(users?.Properties.AlarmRule).match(/OR ALARM/g)?.length, 5);
  });

  it('use the burn rates of Google’s SRE workbook for 99.9 %', () => {
    assert.deepEqual(BURN_RATES.map(budgetSpentPercent), [2, 5]);
    assert.deepEqual(BURN_RATES.map(errorPercentAt), [1.44, 0.6]);
  });

  it('evaluate at most one day, or seven with periods of an hour or more, which are CloudWatch’s limits', () => {
    const periodOf = ({ Period = 0, Metrics = [] }: (typeof alarms)[number]) => {
      const periods = Metrics.map(({ MetricStat }: { MetricStat?: { Period: number } }) => MetricStat?.Period ?? 0);
      return Math.max(Period, ...periods);
    };
    for (const alarm of alarms) {
      const [period, limit] = [periodOf(alarm), periodOf(alarm) >= 3_600 ? 604_800 : 86_400];
      assert.ok(period > 0 && period * alarm.EvaluationPeriods <= limit, alarm.AlarmDescription);
    }
  });

  it('compute the age of the image from its bake time', () => {
    const stale = alarms.find(({ AlarmDescription }) => AlarmDescription.startsWith('The image is older than 35 days'));
    assert.ok(JSON.stringify(stale.Metrics).includes('(EPOCH(fleet) - 1795219200) / 86400'));
  });
});

describe('events of Auto Scaling', () => {
  const rules = resourcesOf('AWS::Events::Rule', prod.operations)
    .map(({ Properties }) => Properties)
    .filter(({ EventPattern }) => EventPattern !== undefined);

  it('reach people if a launch, a termination or a refresh fails, of the fleet or the bastion', () => {
    assert.deepEqual(
      rules.flatMap(({ EventPattern: pattern }) => pattern['detail-type']),
      [
        'EC2 Instance Launch Unsuccessful',
        'EC2 Instance Terminate Unsuccessful',
        'EC2 Auto Scaling Instance Refresh Failed',
        'EC2 Auto Scaling Instance Refresh Rollback Started',
        'EC2 Auto Scaling Instance Refresh Rollback Failed',
      ],
    );
    for (const { EventPattern: pattern } of rules)
      assert.deepEqual(pattern.detail.AutoScalingGroupName, ['stampede-prod-app', 'stampede-prod-bastion']);
  });

  it('send no mail for normal launches and terminations', () => {
    const groups = resourcesOf('AWS::AutoScaling::AutoScalingGroup', ...prod.all);
    assert.deepEqual(
      groups.map(({ Properties }) => Properties.NotificationConfigurations),
      [undefined, undefined],
    );
  });

  it('are published by EventBridge, which the policies of topic and key allow, as they allow alarms and budgets', () => {
    const services = (statements: { Principal: { Service: string | string[] } }[]) =>
      [...new Set(statements.flatMap(({ Principal }) => Principal.Service))].toSorted();
    const publishers = resourcesOf('AWS::SNS::TopicPolicy', prod.data)
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    assert.deepEqual(services(publishers), [
      'budgets.amazonaws.com',
      'cloudwatch.amazonaws.com',
      'events.amazonaws.com',
    ]);
    const { Statement: key } = resourcesOf('AWS::KMS::Key', prod.data)[1]?.Properties.KeyPolicy ?? assert.fail();
    const named = key.filter(({ Sid }: { Sid?: string }) => Sid === 'AlarmsEventsAndBudgets');
    assert.deepEqual(services(named), services(publishers));
  });
});

describe('the key of the logs', () => {
  const key = resourcesOf('AWS::KMS::Key', prod.data).find(({ Properties: p }) => p.Description.includes('logs'));
  const statements: { Sid?: string; Principal: unknown; Action: unknown; Condition?: unknown }[] =
    key?.Properties.KeyPolicy.Statement;

  it('may be used by CloudWatch Logs as AWS documents it, for the log groups of this stage', () => {
    const { Principal, Action, Condition } = statements.find(({ Sid }) => Sid === 'LogGroups') ?? assert.fail();
    assert.deepEqual(Principal, {
      Service: { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.amazonaws.com']] },
    });
    assert.deepEqual((Action as string[]).toSorted(), [
      'kms:Decrypt*',
      'kms:Describe*',
      'kms:Encrypt*',
      'kms:GenerateDataKey*',
      'kms:ReEncrypt*',
    ]);
    const [names] = Object.values((Condition as { ArnEquals: Record<string, unknown[]> }).ArnEquals);
    const groups = resourcesOf('AWS::Logs::LogGroup', prod.data).map(({ Properties: p }) => p.LogGroupName);
    assert.equal(names?.length, groups.length);
    for (const group of groups) assert.ok(JSON.stringify(names).includes(`:log-group:${group}"`), group);
  });

  it('is used by nobody else but the account, alarms, events and budgets', () => {
    assert.deepEqual(
      statements.map(({ Sid }) => Sid),
      [undefined, 'LogGroups', 'AlarmsEventsAndBudgets'],
    );
  });
});

describe('the dashboard', () => {
  it('shows the path of a request from left to right', () => {
    const body = JSON.stringify(theResource('AWS::CloudWatch::Dashboard', prod.operations).Properties.DashboardBody);
    const columns = ['Users', 'Load balancer', 'Fleet', 'Database', 'Cost'].map((title) => body.indexOf(`## ${title}`));
    assert.deepEqual(
      columns,
      columns.toSorted((a, b) => a - b),
    );
    assert.ok(columns.every((position) => position > 0));
  });

  it('shows memory and I/O wait of the hosts', () => {
    const body = JSON.stringify(theResource('AWS::CloudWatch::Dashboard', prod.operations).Properties.DashboardBody);
    for (const { name } of [METRICS.hostMemory, METRICS.hostIoWait]) assert.ok(body.includes(`\\"${name}\\"`), name);
  });

  it('shows between which thresholds the fleet keeps its size', () => {
    const body = JSON.stringify(theResource('AWS::CloudWatch::Dashboard', prod.operations).Properties.DashboardBody);
    const lines = Array.from(body.matchAll(/value\W+(\d+)\W+label\W+(scales \w+)/g), ([, at, what]) => [what, at]);
    assert.deepEqual(lines, [
      ['scales out', '60'],
      ['scales in', '40'],
    ]);
  });
});

describe('the pipeline', () => {
  const rolesOfPipeline = ({ operations }: Pick<typeof prod, 'operations'>) =>
    resourcesOf('AWS::IAM::Role', operations).filter(({ Properties }) => Properties.Description !== undefined);

  it('can assume its roles only in jobs of the repository in the stage’s environment', () => {
    const roles = rolesOfPipeline(everything);
    assert.equal(roles.length, 2);
    for (const { Properties } of roles) {
      const [{ Action, Condition }] = Properties.AssumeRolePolicyDocument.Statement;
      assert.equal(Action, 'sts:AssumeRoleWithWebIdentity');
      assert.deepEqual(Condition.StringEquals, {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': ['repo:example/stampede:environment:prod-all'],
      });
    }
  });

  it('accepts tokens with and without the ids of owner and repository, if they are given', () => {
    const { operations } = synthesize('dev', { githubRepository: 'example@12/stampede@345' });
    for (const { Properties } of rolesOfPipeline({ operations })) {
      const [{ Condition }] = Properties.AssumeRolePolicyDocument.Statement;
      assert.deepEqual(Condition.StringEquals['token.actions.githubusercontent.com:sub'], [
        'repo:example/stampede:environment:dev',
        'repo:example@12/stampede@345:environment:dev',
      ]);
    }
  });

  it('has no role without a repository', () => {
    assert.deepEqual(rolesOfPipeline(prod), []);
  });
});

describe('the budget', () => {
  it('covers the costs of the stage and notifies the topic', () => {
    const { Budget: budget, NotificationsWithSubscribers: notifications } = theResource(
      'AWS::Budgets::Budget',
      dev.operations,
    ).Properties;
    assert.deepEqual(budget.CostFilters, { TagKeyValue: ['user:Stage$dev'] });
    assert.equal(notifications.length, 2);
  });
});
