import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { CLIENT_SETTINGS, checked, explained, fields } from './call.ts';

const text = z.string();

const table = fields({
  name: ['TableName', text],
  arn: ['TableArn', text],
  /** `CREATING`, `ACTIVE`, ... */
  status: ['TableStatus', text],
  /** DynamoDB counts about every six hours. */
  sizeBytes: ['TableSizeBytes', z.number().default(0)],
  isProtected: ['DeletionProtectionEnabled', z.boolean().default(false)],
  maxReadUnits: ['OnDemandThroughput.MaxReadRequestUnits', z.number().optional()],
  maxWriteUnits: ['OnDemandThroughput.MaxWriteRequestUnits', z.number().optional()],
  warmWriteUnits: ['WarmThroughput.WriteUnitsPerSecond', z.number().optional()],
});

/** A table. */
export type TableOnAws = z.infer<typeof table>;

const client = () => new DynamoDB(CLIENT_SETTINGS);

/** Reads a table; undefined when there is none. */
export async function findTable(name: string): Promise<TableOnAws | undefined> {
  const doing = `describe the table ${name}`;
  const call = client().describeTable({ TableName: name }).catch(nothingIfMissing);
  const answer = await explained(doing, call);
  return answer && checked(doing, table, answer.Table);
}

function nothingIfMissing(error: Error): undefined {
  if (error.name === 'ResourceNotFoundException') return undefined;
  throw error;
}

/** The times that a table can be restored to. */
export interface RestorableSpan {
  readonly earliest: Date;
  readonly latest: Date;
}

const continuousBackups = fields({
  earliest: ['EarliestRestorableDateTime', z.date().optional()],
  latest: ['LatestRestorableDateTime', z.date().optional()],
  status: ['PointInTimeRecoveryStatus', text],
  days: ['RecoveryPeriodInDays', z.number().optional()],
});

/** The state of a table's point-in-time recovery. */
export async function pointInTimeRecovery(name: string) {
  const doing = `read the point-in-time recovery of the table ${name}`;
  const { ContinuousBackupsDescription } = await explained(
    doing,
    client().describeContinuousBackups({ TableName: name }),
  );
  const found = checked(doing, continuousBackups, ContinuousBackupsDescription?.PointInTimeRecoveryDescription);
  const { earliest, latest, status, days } = found;
  const span: RestorableSpan | undefined = earliest && latest ? { earliest, latest } : undefined;
  return { isEnabled: status === 'ENABLED', span, days };
}

/** What to restore, and where. The new table is encrypted with the key. */
export interface TimeRestore {
  readonly source: string;
  readonly target: string;
  /** DynamoDB restores to whole seconds. */
  readonly at: Date;
  readonly keyArn: string;
}

/** Starts to restore a table to a point in time, as a new table. */
export async function startRestoreToTime({ source, target, at, keyArn }: TimeRestore): Promise<void> {
  const call = client().restoreTableToPointInTime({
    SourceTableName: source,
    TargetTableName: target,
    RestoreDateTime: at,
    SSESpecificationOverride: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keyArn },
  });
  await explained(`restore the table ${source} as ${target}`, call);
}

const backup = fields({
  arn: ['BackupArn', text],
  /** `AVAILABLE` when it can be restored. */
  status: ['BackupStatus', text],
  createdAt: ['BackupCreationDateTime', z.date()],
  sizeBytes: ['BackupSizeBytes', z.number().default(0)],
});

/** Reads a backup of DynamoDB itself, and the name of its table. */
export async function backupOfTable(arn: string) {
  const doing = `describe the backup ${arn}`;
  const { BackupDescription } = await explained(doing, client().describeBackup({ BackupArn: arn }));
  const source = checked(doing, fields({ name: ['TableName', text] }), BackupDescription?.SourceTableDetails);
  return { ...checked(doing, backup, BackupDescription?.BackupDetails), source: source.name };
}

/** ARN of the backup that DynamoDB makes of a deleted table with point-in-time recovery; undefined if there is none. */
export async function systemBackupOf(name: string): Promise<string | undefined> {
  const call = client().listBackups({ TableName: name, BackupType: 'SYSTEM' });
  const { BackupSummaries = [] } = await explained(`list the backups of ${name}`, call);
  return BackupSummaries.at(-1)?.BackupArn;
}

/** Starts to restore a backup of DynamoDB itself, as a new table. */
export async function startRestoreOfBackup(arn: string, target: string, keyArn: string): Promise<void> {
  const call = client().restoreTableFromBackup({
    BackupArn: arn,
    TargetTableName: target,
    SSESpecificationOverride: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keyArn },
  });
  await explained(`restore the backup ${arn} as ${target}`, call);
}

/** Turns point-in-time recovery on. */
export async function enablePointInTimeRecovery(name: string, days: number): Promise<void> {
  const specification = { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: days };
  const call = client().updateContinuousBackups({ TableName: name, PointInTimeRecoverySpecification: specification });
  await explained(`turn on the point-in-time recovery of ${name}`, call);
}

/** The attribute by which a table expires items; undefined if it expires none. */
export async function timeToLiveAttribute(name: string): Promise<string | undefined> {
  const call = client().describeTimeToLive({ TableName: name });
  const { TimeToLiveDescription: found } = await explained(`read the time to live of ${name}`, call);
  return found?.TimeToLiveStatus?.startsWith('ENABL') ? found.AttributeName : undefined;
}

/** Lets a table expire items. */
export async function enableTimeToLive(name: string, attribute: string): Promise<void> {
  const specification = { Enabled: true, AttributeName: attribute };
  const call = client().updateTimeToLive({ TableName: name, TimeToLiveSpecification: specification });
  await explained(`set the time to live of ${name}`, call);
}

/** The tags of a table. */
export async function tagsOfTable(arn: string): Promise<Readonly<Record<string, string>>> {
  const pages = client().listTagsOfResource({ ResourceArn: arn });
  const { Tags = [] } = await explained(`read the tags of ${arn}`, pages);
  return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** Adds tags to a table. */
export async function tagTable(arn: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await explained(`tag ${arn}`, client().tagResource({ ResourceArn: arn, Tags }));
}

/** Whether Contributor Insights is on, or being turned on. */
export async function hasContributorInsights(name: string): Promise<boolean> {
  const call = client().describeContributorInsights({ TableName: name });
  const { ContributorInsightsStatus = '' } = await explained(`read the Contributor Insights of ${name}`, call);
  return ContributorInsightsStatus.startsWith('ENABL');
}

/** Turns Contributor Insights on, for throttled keys only. */
export async function enableContributorInsights(name: string): Promise<void> {
  const request = { ContributorInsightsAction: 'ENABLE', ContributorInsightsMode: 'THROTTLED_KEYS' } as const;
  const call = client().updateContributorInsights({ TableName: name, ...request });
  await explained(`turn on the Contributor Insights of ${name}`, call);
}

/** Protects a table from deletion, or ends the protection. */
export async function protectTable(name: string, isProtected: boolean): Promise<void> {
  const call = client().updateTable({ TableName: name, DeletionProtectionEnabled: isProtected });
  await explained(`change the deletion protection of ${name}`, call);
}

/** Limits what a table may consume on demand, in units per second; a limit that is undefined is not set. */
export async function limitTable(name: string, read: number | undefined, write: number | undefined): Promise<void> {
  const call = client().updateTable({
    TableName: name,
    OnDemandThroughput: { MaxReadRequestUnits: read, MaxWriteRequestUnits: write },
  });
  await explained(`limit the throughput of ${name}`, call);
}

/** Raises the write units per second that a table takes at once. */
export async function warmTable(name: string, writeUnits: number): Promise<void> {
  const call = client().updateTable({ TableName: name, WarmThroughput: { WriteUnitsPerSecond: writeUnits } });
  await explained(`raise the warm throughput of ${name}`, call);
}

const keys = z.array(z.object({ pk: z.object({ S: text }), sk: z.object({ S: text }) }));

/** Deletes the items of a partition. It must be small: they are deleted one by one. */
export async function deletePartition(name: string, pk: string): Promise<void> {
  const dynamodb = client();
  const doing = `delete the items ${pk} of ${name}`;
  for (;;) {
    const query = dynamodb.query({
      TableName: name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
      ProjectionExpression: 'pk, sk',
      ConsistentRead: true,
    });
    const found = checked(doing, keys, (await explained(doing, query)).Items);
    if (found.length === 0) return;
    for (const Key of found) await explained(doing, dynamodb.deleteItem({ TableName: name, Key }));
  }
}

/** Deletes a table. */
export async function deleteTable(name: string): Promise<void> {
  await explained(`delete the table ${name}`, client().deleteTable({ TableName: name }));
}
