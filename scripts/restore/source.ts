import { recoveryPointIn } from '../aws/backup.ts';
import { backupOfTable, findTable, pointInTimeRecovery, systemBackupOf } from '../aws/dynamodb.ts';
import { OperatorError } from '../cli/errors.ts';
import type { RestoreRecord } from './record.ts';
import type { StageData } from './stage-data.ts';

/** What is restored: the content of a table at a time. */
type Source = Pick<RestoreRecord, 'source' | 'at' | 'sizeBytes'>;

/**
 * Whether DynamoDB restores a backup by itself: its own backups, and those that AWS Backup made without its advanced
 * features for DynamoDB. Others are restored by a job of AWS Backup.
 */
export function isRestoredByDynamoDb(arn: string): boolean {
  return arn.split(':')[2] === 'dynamodb';
}

/** What a backup contains. @throws OperatorError if it cannot be restored */
export async function sourceOfBackup(backup: string, { vault }: StageData): Promise<Source> {
  if (isRestoredByDynamoDb(backup)) {
    const { status, createdAt, sizeBytes, source } = await backupOfTable(backup);
    if (status !== 'AVAILABLE') throw new OperatorError(`the backup ${backup} is ${status}: expected AVAILABLE`);
    return { source, at: createdAt.toISOString(), sizeBytes };
  }
  if (!vault) throw new OperatorError('the data stack has no vault of AWS Backup: use the home region of the stage');
  const { Status, CreationDate, ResourceArn, BackupSizeInBytes } = await recoveryPointIn(vault, backup);
  if (Status !== 'COMPLETED') throw new OperatorError(`the recovery point ${backup} is ${Status}: expected COMPLETED`);
  return { source: ResourceArn.split('/').at(-1) ?? '', at: CreationDate.toISOString(), sizeBytes: BackupSizeInBytes };
}

/** A table as it was at a time. @throws OperatorError if DynamoDB would refuse it */
export async function sourceAt(source: string, at: string): Promise<Source> {
  const found = await findTable(source);
  if (!found) throw new OperatorError(await goneText(source));
  const { span } = await pointInTimeRecovery(source);
  if (!span) throw new OperatorError(`point-in-time recovery of ${source} is off: expected --backup instead of --at`);
  const time = new Date(at);
  if (time >= span.earliest && time <= span.latest) return { source, at, sizeBytes: found.sizeBytes };
  throw new OperatorError(
    `--at is ${at}: expected ${span.earliest.toISOString()} to ${span.latest.toISOString()}, ` +
      `the times that ${source} can be restored to`,
  );
}

async function goneText(source: string): Promise<string> {
  const backup = await systemBackupOf(source);
  return backup === undefined
    ? `the table ${source} is gone, and so is its point-in-time recovery: expected --backup with a recovery point`
    : `the table ${source} was deleted. DynamoDB keeps its last state for 35 days: pass --backup ${backup} instead of --at`;
}
