import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';

const optionalNumber = z.number().optional();

const replica = z.object({
  Region: z.unknown(),
  DeletionProtectionEnabled: z.boolean().default(false),
  ContributorInsightsSpecification: z.object({ Enabled: z.boolean() }).optional(),
  PointInTimeRecoverySpecification: z
    .object({ PointInTimeRecoveryEnabled: z.boolean(), RecoveryPeriodInDays: z.number().default(35) })
    .optional(),
  ReadOnDemandThroughputSettings: z.object({ MaxReadRequestUnits: optionalNumber }).optional(),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]),
});

const globalTable = z.object({
  Type: z.literal('AWS::DynamoDB::GlobalTable'),
  Properties: z.object({
    Replicas: z.tuple([replica], replica),
    TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
    WarmThroughput: z.object({ WriteUnitsPerSecond: optionalNumber }).optional(),
    WriteOnDemandThroughputSettings: z.object({ MaxWriteRequestUnits: optionalNumber }).optional(),
  }),
});

const template = z.object({ Resources: z.record(z.string(), z.unknown()) });

/**
 * What a restored table does not have of its source, apart from its content, keys, billing mode and encryption.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html also names auto
 * scaling policies, streams and alarms: the stage's table has no such policies, and streams only between regions; its
 * alarms and rights follow the setting `tableName`.
 */
export interface TableSettings {
  /** Days of point-in-time recovery; 0 if it is off. */
  readonly recoveryDays: number;
  readonly timeToLive: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly contributorInsights: boolean;
  readonly maxReadUnits: number | undefined;
  readonly maxWriteUnits: number | undefined;
  readonly warmWriteUnits: number | undefined;
  readonly deletionProtection: boolean;
}

/** The settings of the table in the template of a stage's data stack, also when the table itself is gone. */
export function tableSettingsOf(text: string) {
  const resources = Object.values(template.parse(JSON.parse(text)).Resources);
  const found = resources.map((resource) => globalTable.safeParse(resource)).find(({ success }) => success);
  if (!found?.data) {
    throw new OperatorError('the data stack has no table of its own: restore in the home region of the stage');
  }
  const { Replicas, TimeToLiveSpecification, WarmThroughput, WriteOnDemandThroughputSettings } = found.data.Properties;
  const [home] = Replicas;
  const recovery = home.PointInTimeRecoverySpecification;
  const settings: TableSettings = {
    recoveryDays: recovery?.PointInTimeRecoveryEnabled ? recovery.RecoveryPeriodInDays : 0,
    timeToLive: TimeToLiveSpecification?.Enabled ? TimeToLiveSpecification.AttributeName : undefined,
    tags: Object.fromEntries(home.Tags.map(({ Key, Value }) => [Key, Value])),
    contributorInsights: home.ContributorInsightsSpecification?.Enabled ?? false,
    maxReadUnits: home.ReadOnDemandThroughputSettings?.MaxReadRequestUnits,
    maxWriteUnits: WriteOnDemandThroughputSettings?.MaxWriteRequestUnits,
    warmWriteUnits: WarmThroughput?.WriteUnitsPerSecond,
    deletionProtection: home.DeletionProtectionEnabled,
  };
  return { settings, regions: Replicas.length };
}

/** The names of the settings that a table does not have yet, in the order in which to set them. */
export function missingSettings(wanted: TableSettings, actual: TableSettings): readonly (keyof TableSettings)[] {
  const isMissing: Readonly<Record<keyof TableSettings, boolean>> = {
    // First: what is written from now on can be restored.
    recoveryDays: wanted.recoveryDays > 0 && wanted.recoveryDays !== actual.recoveryDays,
    timeToLive: wanted.timeToLive !== undefined && wanted.timeToLive !== actual.timeToLive,
    tags: Object.entries(wanted.tags).some(([key, value]) => actual.tags[key] !== value),
    contributorInsights: wanted.contributorInsights && !actual.contributorInsights,
    maxReadUnits: wanted.maxReadUnits !== undefined && wanted.maxReadUnits !== actual.maxReadUnits,
    maxWriteUnits: wanted.maxWriteUnits !== undefined && wanted.maxWriteUnits !== actual.maxWriteUnits,
    // It can only be raised.
    warmWriteUnits: (wanted.warmWriteUnits ?? 0) > (actual.warmWriteUnits ?? 0),
    deletionProtection: wanted.deletionProtection && !actual.deletionProtection,
  };
  return (Object.keys(isMissing) as (keyof TableSettings)[]).filter((name) => isMissing[name]);
}
