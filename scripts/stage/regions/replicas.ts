import { OUTPUTS, REPLICA_REGIONS, stackNames } from '../../../infra/contract.ts';
import { REGIONS_PARTITION } from '../../../server/contract.ts';
import { findStack, type Stack, stackResources } from '../../aws/cloudformation.ts';
import { deletePartition, findTable } from '../../aws/dynamodb.ts';
import { OperatorError } from '../../cli/errors.ts';

/** The data stack of a stage, as it is deployed in one region; undefined if it is not. */
type DataStack = Stack | undefined;

/**
 * Refuses a deployment that would delete replicas. `wanted` has those of the synthesised data stack, as its output does.
 *
 * @throws OperatorError which names the replicas that would be deleted
 */
export function refuseLostReplicas(stage: string, home: string, data: DataStack, wanted: string): void {
  const deployed = regionsIn(data?.outputs[REPLICA_REGIONS] ?? '');
  const lost = deployed.filter((region) => !regionsIn(wanted).includes(region));
  if (lost.length === 0) return;
  throw new OperatorError(
    `this deployment would delete the replica of the table of stage ${stage} in ${lost.join(', ')}: ` +
      `pass --regions ${[home, ...deployed].join(',')}, or --remove-replicas if it is not needed any more`,
  );
}

/**
 * Deletes what the regions of a stage knew of each other, when one is left and its servers do not look for others any
 * more. If the stage has several regions again, they would treat the time in between as a pause of the replication.
 */
export async function forgetRegions(stage: string): Promise<void> {
  const table = (await findStack(stackNames(stage).data))?.outputs[OUTPUTS.data.tableName];
  if (table) await deletePartition(table, REGIONS_PARTITION);
}

/**
 * Refuses a deployment that would make a table of its own in a region whose stage uses the replica of another region's.
 * `homeSecret` is the logical id of the secret in the synthesised data stack, which exports it: only a home region has it.
 *
 * @throws OperatorError which says how to deploy this region
 */
export function refuseSecondTable(
  stage: string,
  region: string,
  data: DataStack,
  homeSecret: string | undefined,
): void {
  const { [OUTPUTS.data.tableName]: used, ...outputs } = data?.outputs ?? {};
  if (homeSecret === undefined || used === undefined) return;
  if (Object.keys(outputs).some((name) => name.startsWith(`ExportsOutputRef${homeSecret}`))) return;
  throw new OperatorError(
    `stage ${stage} in ${region} uses the replica ${used} of another region's table, and this deployment would create ` +
      `an empty table: pass --regions <home region>,${region}, or delete the stage in this region first`,
  );
}

function regionsIn(output: string): readonly string[] {
  return output === '' ? [] : output.split(',');
}

/**
 * Refuses to delete the data stack of a home region alone: the fleets of the other regions use replicas of its table and
 * of its secret.
 *
 * @throws OperatorError which says how to delete all regions
 */
export function refuseUsedReplicas(stage: string, home: string, data: DataStack): void {
  const replicas = regionsIn(data?.outputs[REPLICA_REGIONS] ?? '');
  if (replicas.length === 0) return;
  throw new OperatorError(
    `stage ${stage} in ${replicas.join(', ')} uses replicas of the table and of the secret in ${home}: expected ` +
      `--regions ${[home, ...replicas].join(',')} without --only, or --keep-data`,
  );
}

/**
 * Refuses to delete a data stack whose key encrypts a table that another stack, or none, has: a replica of the home
 * region's table, or a restored table.
 *
 * @throws OperatorError which says how to delete the table first
 */
export async function refuseEncryptedTable(region: string, data: DataStack): Promise<void> {
  const table = data?.outputs[OUTPUTS.data.tableName];
  if (!data || !table) return;
  const isOwn = (await stackResources(data.name)).some(({ physicalId }) => physicalId === table);
  if (isOwn || !(await findTable(table))) return;
  throw new OperatorError(
    `the key of ${data.name} encrypts the table ${table} in ${region}, which is not a part of this stack and would ` +
      'stay: expected --keep-data. If the table is a replica, remove it first: deploy the home region with ' +
      `--remove-replicas and without ${region} in --regions. If it was restored, delete it first`,
  );
}
