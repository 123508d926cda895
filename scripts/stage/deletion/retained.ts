import type { StackResource } from '../../aws/cloudformation.ts';
import { textTable } from '../../cli/table.ts';

/** What a retained resource costs, by its type. */
const BILLED: Readonly<Record<string, string>> = {
  'AWS::Backup::BackupVault': 'its backups, per GB',
  'AWS::DynamoDB::GlobalTable': 'storage and point-in-time recovery, per GB',
  'AWS::KMS::Key': 'per month; nothing from the day its deletion is scheduled',
  'AWS::Logs::LogGroup': 'its log lines, per GB, until they expire',
  'AWS::S3::Bucket': 'its objects, per GB; logs expire, spilled blocks do not',
  'AWS::SecretsManager::Secret': 'per month',
};

/** The resources that a deletion retains, with what is still billed for each. */
export function retainedTable(retained: readonly StackResource[]): string {
  return textTable(retained.map(({ type, physicalId }) => [type, physicalId, BILLED[type] ?? '']));
}
