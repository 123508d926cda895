import { stackNames } from '../../infra/contract.ts';
import { deployedTemplateText, findStack, type StackResource, stackResources } from '../aws/cloudformation.ts';
import { OperatorError } from '../cli/errors.ts';
import { type TableSettings, tableSettingsOf } from './settings.ts';

/** What a restore needs to know of a stage. The table itself may be gone. */
export interface StageData {
  /** The table that the stage uses. */
  readonly tableName: string;
  readonly settings: TableSettings;
  /** Regions in which the stage's table is. */
  readonly regions: number;
  readonly keyArn: string;
  /** The vault of AWS Backup, and the role by which it restores. Undefined in another region than the home region. */
  readonly vault: string | undefined;
  readonly restoreRoleArn: string | undefined;
}

/** Reads the data stack of a stage. @throws OperatorError if it is not deployed, or not as expected */
export async function readStageData(stage: string): Promise<StageData> {
  const name = stackNames(stage).data;
  const stack = await findStack(name);
  const tableName = stack?.outputs['TableName'];
  if (!stack || !tableName) {
    throw new OperatorError(
      `stage ${stage} has no stack ${name} with a table in this region: set AWS_REGION to its own`,
    );
  }
  const [text, resources] = await Promise.all([deployedTemplateText(name), stackResources(name)]);
  return { tableName, ...stageDataOf({ id: stack.id, text, resources }) };
}

/** A data stack: its ARN, the text of its template, and its resources. */
export interface DataStackOnAws {
  readonly id: string;
  readonly text: string;
  readonly resources: readonly StackResource[];
}

/** What the data stack says, apart from the name of the table. */
export function stageDataOf({ id, text, resources }: DataStackOnAws): Omit<StageData, 'tableName'> {
  const idOf = (type: string, logicalId: string) =>
    resources.find((resource) => resource.type === type && resource.logicalId.startsWith(logicalId))?.physicalId;
  const keyId = idOf('AWS::KMS::Key', 'DataKey');
  if (!keyId) throw new OperatorError(`the stack ${id} has no key: deploy it again`);
  const [, partition, , region, account] = id.split(':');
  const role = idOf('AWS::IAM::Role', 'RestoreTestingRole');
  return {
    ...tableSettingsOf(text),
    keyArn: `arn:${partition}:kms:${region}:${account}:key/${keyId}`,
    vault: idOf('AWS::Backup::BackupVault', 'BackupsVault'),
    restoreRoleArn: role && `arn:${partition}:iam::${account}:role/${role}`,
  };
}
