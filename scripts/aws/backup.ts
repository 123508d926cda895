/** Restores from recovery points of AWS Backup, by the AWS CLI: they are too rare to install an SDK. */
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { capture } from '../cli/run.ts';

/** The CLI prints times in ISO 8601, or as epoch seconds when it is configured so. */
const time = z.union([
  z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  z.number().transform((seconds) => new Date(seconds * 1_000)),
]);

const recoveryPoint = z.object({
  Status: z.string(),
  CreationDate: time,
  /** ARN of the table that was copied. */
  ResourceArn: z.string(),
  BackupSizeInBytes: z.number().default(0),
});

/** A copy of a table in a vault of AWS Backup. */
export async function recoveryPointIn(vault: string, arn: string) {
  const options = ['--backup-vault-name', vault, '--recovery-point-arn', arn];
  return ask(recoveryPoint, 'describe-recovery-point', options);
}

/** What to restore, and by which role. The new table is encrypted with the key. */
export interface BackupRestore {
  readonly recoveryPointArn: string;
  readonly target: string;
  readonly roleArn: string;
  readonly keyArn: string;
}

/** Starts to restore a recovery point as a new table; repeated with the same table, it returns the same job. */
export async function startRestoreJob({ recoveryPointArn, target, roleArn, keyArn }: BackupRestore): Promise<string> {
  const metadata = { targetTableName: target, encryptionType: 'KMS', kmsMasterKeyArn: keyArn };
  const { RestoreJobId } = await ask(z.object({ RestoreJobId: z.string() }), 'start-restore-job', [
    ...['--recovery-point-arn', recoveryPointArn, '--iam-role-arn', roleArn, '--resource-type', 'DynamoDB'],
    ...['--idempotency-token', target, '--metadata', JSON.stringify(metadata)],
  ]);
  return RestoreJobId;
}

const job = z.object({ Status: z.string(), StatusMessage: z.string().optional(), PercentDone: z.string().optional() });

/** How far a restore job is: `PENDING`, `RUNNING`, `COMPLETED`, `ABORTED` or `FAILED`. */
export function restoreJob(id: string) {
  return ask(job, 'describe-restore-job', ['--restore-job-id', id]);
}

async function ask<Answer>(schema: z.ZodType<Answer>, operation: string, options: readonly string[]): Promise<Answer> {
  const text = await capture(['aws', 'backup', operation, ...options, '--output', 'json']);
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new OperatorError(`aws backup ${operation} answered something else: ${text.slice(0, 200)}`, { cause });
  }
}
