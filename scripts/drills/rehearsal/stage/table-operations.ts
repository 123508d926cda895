/**
 * What an operator does with tables: `table-operations.ts ENDPOINT OPERATION ARGS`. Prints the ARN of a backup, or nothing.
 */
import {
  CreateBackupCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ListBackupsCommand,
  RestoreTableFromBackupCommand,
  UpdateContinuousBackupsCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';

const OPERATIONS = {
  /** TABLE: turns on continuous backups (point-in-time recovery). */
  'back-up-continuously': async (client: DynamoDBClient, TableName: string) => {
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  },
  /** TABLE: makes an on-demand backup. */
  'back-up': async (client: DynamoDBClient, TableName: string) => {
    const { BackupDetails } = await client.send(new CreateBackupCommand({ TableName, BackupName: 'rehearsal' }));
    return BackupDetails?.BackupArn;
  },
  /** TABLE: deletes it. */
  delete: async (client: DynamoDBClient, TableName: string) => {
    await client.send(new DeleteTableCommand({ TableName }));
  },
  /** TABLE: waits until it is deleted, then finds the system backup that DynamoDB made of it. */
  'find-system-backup': async (client: DynamoDBClient, TableName: string) => {
    await waitUntilTableNotExists({ client, ...WAIT }, { TableName });
    const { BackupSummaries = [] } = await client.send(new ListBackupsCommand({ TableName, BackupType: 'SYSTEM' }));
    return BackupSummaries[0]?.BackupArn;
  },
  /** BACKUP TABLE: restores a backup to a new table, and waits until it can be used. */
  restore: async (client: DynamoDBClient, BackupArn: string, TargetTableName: string) => {
    await client.send(new RestoreTableFromBackupCommand({ BackupArn, TargetTableName }));
    await waitUntilTableExists({ client, ...WAIT }, { TableName: TargetTableName });
  },
} as const;

const WAIT = { maxWaitTime: 60, minDelay: 0.2, maxDelay: 0.5 };

/** An operation of this script. */
export type TableOperation = keyof typeof OPERATIONS;

if (import.meta.main) {
  const [endpoint, operation, ...args] = process.argv.slice(2);
  if (!endpoint || !operation || !(operation in OPERATIONS)) {
    throw new Error(`usage: table-operations.ts ENDPOINT ${Object.keys(OPERATIONS).join('|')} ARGS`);
  }
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
  const [first = '', second = ''] = args;
  console.log((await OPERATIONS[operation as TableOperation](client, first, second)) ?? '');
}
