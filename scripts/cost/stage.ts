import { z } from 'zod';
import { OUTPUTS, SUSTAINED_RATE } from '../../infra/contract.ts';
import { ENV, METRICS } from '../../server/contract.ts';
import { groupZones, type ServingGroup, servingGroup } from '../scaling/template/group.ts';
import { readLaunchTemplate } from '../scaling/template/launch-template.ts';
import { StageTemplates } from '../scaling/template/stage.ts';
import type { Template } from '../scaling/template/template.ts';

/** What the synthesised templates of a stage say about its bill. */
export type PricedStage = ReturnType<typeof readPricedStage>;

const anything = z.object({});
const natGateway = z.object({ AvailabilityMode: z.string().default('zonal') });
const alarm = z.object({
  ThresholdMetricId: z.string().optional(),
  Metrics: z.array(z.object({ MetricStat: z.unknown().optional() })).optional(),
});
const endpoint = z.object({
  VpcEndpointType: z.string().default('Gateway'),
  SubnetIds: z.array(z.unknown()).default([]),
});
const flowLog = z.object({ TrafficType: z.string() });
const attribute = z.object({ Key: z.string(), Value: z.unknown() });
const balancer = z.object({
  Subnets: z.array(z.unknown()),
  LoadBalancerAttributes: z.array(attribute).default([]),
  MinimumLoadBalancerCapacity: z.object({ CapacityUnits: z.number() }).default({ CapacityUnits: 0 }),
});
const table = z.object({
  WarmThroughput: z.object({ WriteUnitsPerSecond: z.number() }).default({ WriteUnitsPerSecond: 0 }),
});
const webAcl = z.object({ Rules: z.array(z.unknown()) });
const volume = z.object({ Ebs: z.object({ VolumeSize: z.number() }) });
const launchTemplate = z.object({
  LaunchTemplateData: z.object({
    Monitoring: z.object({ Enabled: z.boolean() }).default({ Enabled: false }),
    BlockDeviceMappings: z.array(volume).default([]),
  }),
});
const bucketRule = z.object({ ExpirationInDays: z.number().optional(), Prefix: z.string().optional() });
const bucket = z.object({ LifecycleConfiguration: z.object({ Rules: z.array(bucketRule) }).optional() });
const secret = z.object({ ReplicaRegions: z.array(z.unknown()).default([]) });
const logGroup = z.object({ RetentionInDays: z.number() });
const backupRule = z.object({
  ScheduleExpression: z.string(),
  Lifecycle: z.object({ DeleteAfterDays: z.number() }),
});
const backupPlan = z.object({ BackupPlan: z.object({ BackupPlanRule: z.array(backupRule) }) });

/** Reads from the synthesised templates what a stage consists of, as far as it is billed. */
export function readPricedStage(templates: readonly Template[], region: string) {
  const stage = new StageTemplates(templates, (name) => (name === 'AWS::Region' ? region : undefined));
  const count = (type: string) => stage.list(type, anything).length;
  const group = servingGroup(stage);
  const zones = groupZones(stage, group).length;
  const { instanceType, userData } = readLaunchTemplate(stage, group);
  const [loadBalancer] = stage.list('AWS::ElasticLoadBalancingV2::LoadBalancer', balancer);
  const [, regions = ''] = new RegExp(`${ENV.regions}=([\\w,-]+)`).exec(userData) ?? [];
  const logDays = stage.list('AWS::Logs::LogGroup', logGroup).map(({ properties }) => properties.RetentionInDays);
  return {
    region,
    /** All regions of a stage in several, the home region first; otherwise empty. */
    regions: regions.split(',').filter((each) => each !== ''),
    zones,
    instanceType,
    vcpus: vcpusOf(instanceType),
    minInstances: group.properties.MinSize,
    /** Timestamps per second for which the stage is sized. */
    sustainedRate: Number(outputOf(templates, SUSTAINED_RATE) ?? 0),
    hasSpillBucket: outputOf(templates, OUTPUTS.data.spillBucket) !== undefined,
    ...readInstance(stage, group),
    commitWindowMs: Number(new RegExp(`${ENV.commitWindowMs}=(\\d+)`).exec(userData)?.[1] ?? 0),
    hasCanary: count('AWS::Lambda::Function') > 0,
    hasArchive: count('AWS::Glue::Database') > 0,
    /** Days for which the table keeps timestamps. */
    retentionDays: Number(new RegExp(`${ENV.retentionDays}=(\\d+)`).exec(userData)?.[1] ?? Number.POSITIVE_INFINITY),
    natGateways: stage
      .list('AWS::EC2::NatGateway', natGateway)
      .reduce((sum, { properties }) => sum + (properties.AvailabilityMode === 'regional' ? zones : 1), 0),
    loadBalancerZones: loadBalancer?.properties.Subnets.length ?? 0,
    /** Capacity units that are reserved, and billed if fewer are used. */
    reservedCapacityUnits: loadBalancer?.properties.MinimumLoadBalancerCapacity.CapacityUnits ?? 0,
    /** Write units per second that the table accepts from the start. */
    warmWriteUnits: stage
      .list('AWS::DynamoDB::GlobalTable', table)
      .reduce((sum, { properties }) => sum + properties.WarmThroughput.WriteUnitsPerSecond, 0),
    hasAccessLogs:
      loadBalancer?.properties.LoadBalancerAttributes.some(
        ({ Key, Value }) => Key === 'access_logs.s3.enabled' && Value === 'true',
      ) ?? false,
    /** Days for which the load balancer's logs are kept. Of no other bucket all objects expire. */
    accessLogDays:
      stage
        .list('AWS::S3::Bucket', bucket)
        .flatMap(({ properties }) => properties.LifecycleConfiguration?.Rules ?? [])
        .find(({ ExpirationInDays, Prefix }) => ExpirationInDays !== undefined && Prefix === undefined)
        ?.ExpirationInDays ?? Number.POSITIVE_INFINITY,
    keys: count('AWS::KMS::Key'),
    /** With the replicas of other regions, each of which is billed like a secret. */
    secrets: stage
      .list('AWS::SecretsManager::Secret', secret)
      .reduce((sum, { properties }) => sum + 1 + properties.ReplicaRegions.length, 0),
    healthChecks: count('AWS::Route53::HealthCheck'),
    dashboards: count('AWS::CloudWatch::Dashboard'),
    compositeAlarms: count('AWS::CloudWatch::CompositeAlarm'),
    alarmMetrics: stage
      .list('AWS::CloudWatch::Alarm', alarm)
      .reduce((sum, { properties }) => sum + metricsOf(properties), 0),
    // With one region, the lag of other regions is not published.
    customMetrics: Object.keys(METRICS).length - (regions ? 0 : 1),
    logGroups: logDays.length,
    logRetentionDays: Math.max(0, ...logDays),
    interfaceEndpoints: stage
      .list('AWS::EC2::VPCEndpoint', endpoint)
      .filter(({ properties }) => properties.VpcEndpointType === 'Interface')
      .reduce((sum, { properties }) => sum + properties.SubnetIds.length, 0),
    /** Whether flow logs record every connection, and not only those that were rejected. */
    logsAllTraffic: stage
      .list('AWS::EC2::FlowLog', flowLog)
      .some(({ properties }) => properties.TrafficType !== 'REJECT'),
    /** The number of rules of each web ACL. */
    webAclRules: stage.list('AWS::WAFv2::WebACL', webAcl).map(({ properties }) => properties.Rules.length),
    testsRestores: count('AWS::Backup::RestoreTestingPlan') > 0,
    backups: stage
      .list('AWS::Backup::BackupPlan', backupPlan)
      .flatMap(({ properties }) => properties.BackupPlan.BackupPlanRule)
      .map(({ ScheduleExpression, Lifecycle }) => ({
        everyDays: intervalDays(ScheduleExpression),
        keptDays: Lifecycle.DeleteAfterDays,
      })),
  };
}

function outputOf(templates: readonly Template[], name: string): unknown {
  return templates.find(({ Outputs }) => name in Outputs)?.Outputs[name]?.Value;
}

function readInstance(stage: StageTemplates, { properties }: ServingGroup) {
  const id = properties.LaunchTemplate.LaunchTemplateId;
  const { LaunchTemplateData } = stage.find('AWS::EC2::LaunchTemplate', id, launchTemplate).properties;
  return {
    hasDetailedMonitoring: LaunchTemplateData.Monitoring.Enabled,
    volumeGb: LaunchTemplateData.BlockDeviceMappings.reduce((sum, { Ebs }) => sum + Ebs.VolumeSize, 0),
  };
}

/** AWS bills an alarm for each metric that it reads; the two bounds of an expected band count as well. */
function metricsOf({ Metrics, ThresholdMetricId }: z.output<typeof alarm>): number {
  const read = Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
  return ThresholdMetricId === undefined ? read : read + 2;
}

const VCPUS: Readonly<Record<string, number>> = {
  medium: 1,
  large: 2,
  xlarge: 4,
  '2xlarge': 8,
  '4xlarge': 16,
  '8xlarge': 32,
};

/** Processors of a type. Burstable types up to `large` have two. @throws Error for another size */
export function vcpusOf(instanceType: string): number {
  const [family = '', size = ''] = instanceType.split('.');
  const vcpus = /^t\d/.test(family) && !/\dxlarge$|^xlarge$/.test(size) ? 2 : VCPUS[size];
  if (vcpus !== undefined) return vcpus;
  throw new Error(`'${instanceType}': expected a type with one of the sizes ${Object.keys(VCPUS).join(', ')}`);
}

/** Days between the runs of `cron(minutes hours day-of-month month day-of-week year)`. @throws Error for another form */
export function intervalDays(schedule: string): number {
  const fields = /^cron\(\d+ \d+ (\S+) \* (\S+) \*\)$/.exec(schedule);
  const [, dayOfMonth = '', dayOfWeek = ''] = fields ?? [];
  if (dayOfMonth === '*' && dayOfWeek === '?') return 1;
  if (/^\d+$/.test(dayOfMonth) && dayOfWeek === '?') return 365 / 12;
  if (dayOfMonth === '?' && /^(\d|[A-Z]{3})$/.test(dayOfWeek)) return 7;
  throw new Error(
    `backup schedule '${schedule}': expected a cron expression for each day, one weekday, or one day of a month`,
  );
}
