import assert, { fail } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HEALTH_CHECK } from '../../infra/contract.ts';
import { grantCommand } from '../../infra/service/volume-key.ts';
import { HEALTH_PATH, METRIC_PERIOD_S, PORT } from '../../server/contract.ts';
import { CERTIFICATE, EVERYTHING_ON, resourcesOf, synthesize, theResource } from './synthesize.ts';

const dev = synthesize('dev');
const prod = synthesize('prod', { certificateArn: CERTIFICATE });
const everything = synthesize('prod-all', {
  ...EVERYTHING_ON,
  healthCheckLogs: 'false',
  zonalShift: 'false',
  minimumLoadBalancerCapacity: '500',
});

const LAUNCHES = 'AWS::EC2::LaunchTemplate';

describe('the fleet', () => {
  const { Properties: group, UpdatePolicy: update } = theResource('AWS::AutoScaling::AutoScalingGroup', prod.service);

  it('has no desired capacity, so that a deployment does not undo a scale-out', () => {
    assert.equal(group.DesiredCapacity, undefined);
  });

  it('spans every zone, with a size that survives the loss of one', () => {
    assert.equal(group.VPCZoneIdentifier.length, 3);
    assert.deepEqual([group.MinSize, group.MaxSize], ['3', '9']);
  });

  it('uses the load balancer’s health checks, after a grace period', () => {
    assert.deepEqual([group.HealthCheckType, group.HealthCheckGracePeriod], ['ELB', 90]);
  });

  it('keeps an instance out of service until it completes the launching hook, and replaces it otherwise', () => {
    assert.deepEqual(group.LifecycleHookSpecificationList, [
      {
        LifecycleHookName: 'ready',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        HeartbeatTimeout: 300,
        DefaultResult: 'ABANDON',
      },
    ]);
  });

  it('is updated by an instance refresh that launches first, and is rolled back by alarms', () => {
    const { Strategy, Preferences } = update.AutoScalingInstanceRefresh;
    assert.equal(Strategy, 'Rolling');
    assert.deepEqual([Preferences.MinHealthyPercentage, Preferences.MaxHealthyPercentage], [100, 150]);
    assert.ok(Preferences.BakeTime >= 300);
    const alarms = Preferences.AlarmSpecification.Alarms.map(({ Ref }: { Ref: string }) => {
      assert.equal(prod.service.Resources[Ref]?.Type, 'AWS::CloudWatch::Alarm');
      return Ref.replace(/[0-9A-F]{8}$/, '');
    });
    assert.deepEqual(alarms, ['UserAlarmsServerErrors', 'UserAlarmsSlow', 'UserAlarmsUnhealthyHosts', 'LaunchesStuck']);
  });

  it('reports all its metrics every minute', () => {
    assert.deepEqual(group.MetricsCollection, [{ Granularity: '1Minute' }]);
  });

  it('launches another family of the same size in prod where AWS has no more instances of the first type', () => {
    const { LaunchTemplate: launches, InstancesDistribution: distribution } = group.MixedInstancesPolicy;
    assert.deepEqual(
      launches.Overrides.map(({ InstanceType }: { InstanceType: string }) => InstanceType),
      ['c7g.medium', 'c8g.medium', 'm8g.medium'],
    );
    assert.equal(prod.service.Resources[launches.LaunchTemplateSpecification.LaunchTemplateId.Ref]?.Type, LAUNCHES);
    assert.deepEqual(distribution, {
      OnDemandAllocationStrategy: 'prioritized',
      OnDemandPercentageAboveBaseCapacity: 100,
    });
    const { Properties: ofDev } = theResource('AWS::AutoScaling::AutoScalingGroup', dev.service);
    assert.equal(ofDev.MixedInstancesPolicy, undefined);
  });

  it('cannot be deleted in prod', () => {
    assert.equal(group.DeletionProtection, 'prevent-all-deletion');
    const { Properties: ofDev } = theResource('AWS::AutoScaling::AutoScalingGroup', dev.service);
    assert.equal(ofDev.DeletionProtection, 'none');
  });

  it('has zonal shift enabled, and keeps the instances of an impaired zone', () => {
    assert.deepEqual(group.AvailabilityZoneImpairmentPolicy, {
      ZonalShiftEnabled: true,
      ImpairedZoneHealthCheckBehavior: 'IgnoreUnhealthy',
    });
    const { Properties: fixed } = theResource('AWS::AutoScaling::AutoScalingGroup', everything.service);
    assert.equal(fixed.AvailabilityZoneImpairmentPolicy.ZonalShiftEnabled, false);
  });

  it('limits the lifetime of an instance', () => {
    assert.equal(group.MaxInstanceLifetime, 7 * 86_400);
  });

  it('raises its minimum according to the schedule in the settings', () => {
    const { Properties: action } = theResource('AWS::AutoScaling::ScheduledAction', everything.service);
    assert.deepEqual([action.Recurrence, action.MinSize], ['0 6 * * MON-FRI', 6]);
  });
});

describe('step scaling', () => {
  const policy = (direction: string) =>
    Object.entries(prod.service.Resources).find(
      ([id, { Type }]) => Type.endsWith('ScalingPolicy') && id.includes(direction),
    );
  const alarmOf = (policyId: string) =>
    resourcesOf('AWS::CloudWatch::Alarm', prod.service).find(
      ({ Properties: p }) => p.AlarmActions?.[0]?.Ref === policyId,
    )?.Properties;

  it('adds more instances for a higher load, above 60 % for two minutes', () => {
    const [id = '', resource] = policy('Out') ?? [];
    const alarm = alarmOf(id);
    assert.deepEqual(resource?.Properties.StepAdjustments, [
      { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 15, ScalingAdjustment: 1 },
      { MetricIntervalLowerBound: 15, MetricIntervalUpperBound: 30, ScalingAdjustment: 2 },
      { MetricIntervalLowerBound: 30, ScalingAdjustment: 4 },
    ]);
    assert.deepEqual(
      [alarm.ComparisonOperator, alarm.Threshold, alarm.EvaluationPeriods, alarm.Period],
      ['GreaterThanThreshold', 60, 2, METRIC_PERIOD_S],
    );
  });

  it('uses steps that are overridden for a deployment', () => {
    const { service } = synthesize('trial', { scaleOut: '65:2/85:3', scaleOutPeriods: '3', warmupS: '120' });
    const [id, { Properties: out }] =
      Object.entries(service.Resources).find(([name]) => /OutPolicy/.test(name)) ?? fail();
    assert.deepEqual(out.StepAdjustments, [
      { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 20, ScalingAdjustment: 2 },
      { MetricIntervalLowerBound: 20, ScalingAdjustment: 3 },
    ]);
    const alarm = resourcesOf('AWS::CloudWatch::Alarm', service).find(
      (a) => a.Properties.AlarmActions?.[0]?.Ref === id,
    );
    assert.deepEqual([alarm?.Properties.Threshold, alarm?.Properties.EvaluationPeriods], [65, 3]);
    assert.equal(out.EstimatedInstanceWarmup, 120);
  });

  it('removes instances slowly, below 40 %', () => {
    const [id = '', resource] = policy('In') ?? [];
    const alarm = alarmOf(id);
    assert.deepEqual(
      resource?.Properties.StepAdjustments.map(
        ({ ScalingAdjustment }: { ScalingAdjustment: number }) => ScalingAdjustment,
      ),
      [-1, -2],
    );
    assert.deepEqual(
      [alarm.ComparisonOperator, alarm.Threshold, alarm.EvaluationPeriods, alarm.Period],
      ['LessThanThreshold', 40, 10, METRIC_PERIOD_S],
    );
  });
});

describe('an instance', () => {
  const { LaunchTemplateData: instance } = theResource('AWS::EC2::LaunchTemplate', dev.service).Properties;

  it('uses the pinned image, so that the diff shows a new one', () => {
    assert.equal(instance.ImageId, 'ami-0123456789abcdef0');
  });

  it('has an encrypted gp3 volume and one-minute metrics', () => {
    assert.deepEqual(instance.BlockDeviceMappings, [
      { DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeSize: 8, VolumeType: 'gp3' } },
    ]);
    assert.equal(instance.Monitoring.Enabled, true);
  });

  it('has its security group without network interfaces, next to which EC2 refuses a subnet', () => {
    assert.equal(instance.SecurityGroupIds.length, 1);
    assert.equal(instance.NetworkInterfaces, undefined);
  });
});

describe('a customer key for volumes', () => {
  const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/example';
  const { service, operations } = synthesize('trial', { volumeKeyArn: keyArn, githubRepository: 'example/stampede' });

  it('encrypts the volumes of the fleet', () => {
    const { LaunchTemplateData: instance } = theResource('AWS::EC2::LaunchTemplate', service).Properties;
    assert.equal(instance.BlockDeviceMappings[0].Ebs.KmsKeyId, keyArn);
  });

  it('may be used by the roles that bake and boot images, only through EC2', () => {
    const statements = resourcesOf('AWS::IAM::Policy', operations).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    const onKey = statements.filter(({ Resource }) => Resource === keyArn);
    assert.deepEqual(
      onKey.map(({ Sid }) => Sid),
      ['VolumeKeyThroughEc2', 'GrantVolumeKeyToEbs', 'VolumeKeyThroughEc2', 'GrantVolumeKeyToEbs'],
    );
    for (const { Condition } of onKey) assert.ok(JSON.stringify(Condition.StringEquals).includes('"ec2."'));
  });

  it('needs a grant for Auto Scaling, for which synth prints the command', () => {
    assert.match(
      grantCommand(keyArn),
      /^aws kms create-grant --region eu-west-1 --key-id arn:aws:kms:eu-west-1:123456789012:key\/example --grantee-principal arn:aws:iam::123456789012:role\/aws-service-role\/autoscaling.amazonaws.com\/AWSServiceRoleForAutoScaling --operations Encrypt Decrypt .* CreateGrant$/,
    );
  });
});

describe('the load balancer', () => {
  const listeners = (stacks: typeof dev) => resourcesOf('AWS::ElasticLoadBalancingV2::Listener', stacks.service);
  const attributes = (stacks: typeof dev): Record<string, string> => {
    const { Properties } = theResource('AWS::ElasticLoadBalancingV2::LoadBalancer', stacks.service);
    return Object.fromEntries(
      Properties.LoadBalancerAttributes.map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value]),
    );
  };

  it('redirects HTTP to HTTPS if there is a certificate, and only offers TLS 1.2 and 1.3', () => {
    const [redirect, https] = listeners(prod).toSorted((a, b) => a.Properties.Port - b.Properties.Port);
    assert.equal(redirect?.Properties.DefaultActions[0].RedirectConfig.Protocol, 'HTTPS');
    assert.equal(https?.Properties.Port, 443);
    assert.match(https?.Properties.SslPolicy, /TLS13-1-2/);
  });

  it('serves plain HTTP only if the stage allows it', () => {
    const actions = listeners(dev).map(({ Properties: p }) => [p.Protocol, p.DefaultActions[0].Type]);
    assert.deepEqual(actions, [['HTTP', 'forward']]);
  });

  it('drops invalid headers and ambiguous requests, and is protected in prod', () => {
    const found = attributes(prod);
    assert.equal(found['routing.http.drop_invalid_header_fields.enabled'], 'true');
    assert.equal(found['routing.http.desync_mitigation_mode'], 'strictest');
    assert.equal(found['deletion_protection.enabled'], 'true');
    assert.equal(attributes(dev)['deletion_protection.enabled'], 'false');
  });

  it('logs accesses and connections', () => {
    const found = attributes(dev);
    assert.deepEqual([found['access_logs.s3.enabled'], found['connection_logs.s3.enabled']], ['true', 'true']);
    assert.notEqual(found['access_logs.s3.prefix'], found['connection_logs.s3.prefix']);
  });

  it('logs health checks, with the bucket policy that their delivery needs', () => {
    const found = attributes(dev);
    assert.equal(found['health_check_logs.s3.enabled'], 'true');
    assert.deepEqual(found['health_check_logs.s3.bucket'], found['access_logs.s3.bucket']);
    assert.equal(found['health_check_logs.s3.prefix'], 'dev/health-check');
    const policies = resourcesOf('AWS::S3::BucketPolicy', dev.data);
    const statements: { Principal: { Service?: string }; Resource: unknown }[] = policies.flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    const delivery = statements.filter(
      ({ Principal }) => Principal.Service === 'logdelivery.elasticloadbalancing.amazonaws.com',
    );
    assert.equal(delivery.length, 1);
    assert.match(JSON.stringify(delivery[0]?.Resource), /\/dev\/health-check\/AWSLogs\/.*AWS::AccountId.*\/\*/);
    assert.equal(attributes(everything)['health_check_logs.s3.enabled'], undefined);
  });

  it('has zonal shift and reserved capacity as configured', () => {
    assert.equal(attributes(prod)['zonal_shift.config.enabled'], 'true');
    assert.equal(attributes(everything)['zonal_shift.config.enabled'], 'false');
    const capacity = ({ service }: typeof dev) =>
      theResource('AWS::ElasticLoadBalancingV2::LoadBalancer', service).Properties.MinimumLoadBalancerCapacity;
    assert.equal(capacity(prod), undefined);
    assert.deepEqual(capacity(everything), { CapacityUnits: 500 });
  });

  it('uses the health check in the contract and prefers the least busy instance', () => {
    const { Properties: targets } = theResource('AWS::ElasticLoadBalancingV2::TargetGroup', dev.service);
    assert.deepEqual(
      {
        path: targets.HealthCheckPath,
        port: targets.Port,
        intervalS: targets.HealthCheckIntervalSeconds,
        timeoutS: targets.HealthCheckTimeoutSeconds,
        healthyThreshold: targets.HealthyThresholdCount,
        unhealthyThreshold: targets.UnhealthyThresholdCount,
      },
      { path: HEALTH_PATH, port: PORT, ...HEALTH_CHECK },
    );
    const algorithm = targets.TargetGroupAttributes.find(
      ({ Key }: { Key: string }) => Key === 'load_balancing.algorithm.type',
    );
    assert.equal(algorithm.Value, 'least_outstanding_requests');
  });

  it('has a latency record of its DNS name in a single region as well, so that a second one can be added', () => {
    const { service } = synthesize('prod', { ...EVERYTHING_ON, regions: '' });
    const { Properties: record } = theResource('AWS::Route53::RecordSet', service);
    assert.deepEqual(
      [record.Name, record.Region, record.SetIdentifier, record.HealthCheckId, record.AliasTarget.EvaluateTargetHealth],
      ['stampede.example.org', 'eu-west-1', 'eu-west-1', undefined, true],
    );
  });

  it('is protected by WAF if configured', () => {
    const { Rules: rules } = theResource('AWS::WAFv2::WebACL', everything.service).Properties;
    assert.equal(rules[0].Statement.RateBasedStatement.Limit, 100_000);
    assert.equal(rules.length, 4);
    assert.deepEqual(resourcesOf('AWS::WAFv2::WebACL', dev.service), []);
  });
});
