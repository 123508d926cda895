import { REGIONS_PARTITION } from '../../server/contract.ts';
import { restoreJob, startRestoreJob } from '../aws/backup.ts';
import {
  deletePartition,
  deleteTable,
  findTable,
  protectTable,
  startRestoreOfBackup,
  startRestoreToTime,
} from '../aws/dynamodb.ts';
import { OperatorError } from '../cli/errors.ts';
import { type CommandLine, run } from '../cli/run.ts';
import { waitUntil } from '../cli/wait.ts';
import { compareWithSource } from './compare.ts';
import { configureTable } from './configure.ts';
import type { RestoreRecord, Step } from './record.ts';
import { isRestoredByDynamoDb } from './source.ts';
import type { StageData } from './stage-data.ts';
import { verdictOf } from './verdict.ts';

/** A restore may take hours; AWS gives no bound. */
const RESTORE_DEADLINE_MS = 24 * 3_600_000;
const DELETION_DEADLINE_MS = 30 * 60_000;

/** How a restore is carried out. */
export interface RestoreOptions {
  readonly data: StageData;
  /** The command that lets the stage use the new table. */
  readonly deploy: CommandLine;
  /** Use the table although it differs from its source. */
  readonly acceptDifferences: boolean;
  /** Read units per second. @default - no limit */
  readonly rate: number | undefined;
  /** Keeps the record; called after each step. */
  readonly save: (record: RestoreRecord) => Promise<void>;
}

/** What a step adds to the record. */
type Result = Partial<RestoreRecord>;

type CarryOut = (record: RestoreRecord, options: RestoreOptions) => Promise<Result>;
type StepList = readonly (readonly [Step, CarryOut])[];

const USE_STEPS: StepList = [
  ['requested', request],
  ['restored', awaitRestore],
  ['configured', configure],
  ['verified', verify],
  ['used', useTable],
];

/** A table that is removed again does not need its settings; warm throughput is charged. */
const VERIFY_STEPS: StepList = [
  ['requested', request],
  ['restored', awaitRestore],
  ['verified', verify],
  ['removed', removeTable],
];

/** Carries out the steps that the record does not have yet; the record says where an interrupted restore goes on. */
export async function restoreTable(begun: RestoreRecord, options: RestoreOptions): Promise<RestoreRecord> {
  const steps = begun.verifyOnly ? VERIFY_STEPS : USE_STEPS;
  let record = begun;
  await options.save(record);
  for (const [name, carryOut] of steps) {
    if (record.steps[name]) continue;
    const result = await carryOut(record, options);
    record = { ...record, ...result, steps: { ...record.steps, [name]: new Date().toISOString() } };
    await options.save(record);
  }
  record = { ...record, verdict: verdictOf(record, options.data.regions) };
  await options.save(record);
  return record;
}

/** Starts the restore, unless an interrupted command already did: the name of the table is in the record before. */
async function request({ table, source, at, backup, job }: RestoreRecord, { data }: RestoreOptions): Promise<Result> {
  if (job || (await findTable(table))) return {};
  const { keyArn, restoreRoleArn } = data;
  if (backup === undefined) {
    await startRestoreToTime({ source, target: table, at: new Date(at), keyArn });
    return {};
  }
  if (isRestoredByDynamoDb(backup)) {
    await startRestoreOfBackup(backup, table, keyArn);
    return {};
  }
  if (!restoreRoleArn)
    throw new OperatorError('the data stack has no role for AWS Backup: deploy the stage with restoreTests=true');
  const request = { recoveryPointArn: backup, target: table, roleArn: restoreRoleArn, keyArn };
  return { job: await startRestoreJob(request) };
}

async function awaitRestore(record: RestoreRecord, { save }: RestoreOptions): Promise<Result> {
  const { table, job } = record;
  await waitUntil(
    `the table ${table} to be restored`,
    async (seen) => {
      const { Status, StatusMessage = 'no reason', PercentDone = '' } = job ? await restoreJob(job) : { Status: '' };
      if (Status === 'FAILED' || Status === 'ABORTED') {
        const verdict = `AWS Backup could not restore the table (${Status}): ${StatusMessage}`;
        // Then the same command begins anew.
        await save({ ...record, verdict });
        throw new OperatorError(verdict);
      }
      const found = await findTable(table);
      seen([found?.status ?? 'no table yet', Status, PercentDone].filter((part) => part !== '').join(', '));
      return found?.status === 'ACTIVE' && (!job || Status === 'COMPLETED') ? true : undefined;
    },
    { deadlineMs: RESTORE_DEADLINE_MS, remedy: 'The same command goes on waiting' },
  );
  return {};
}

async function configure({ table }: RestoreRecord, { data }: RestoreOptions): Promise<Result> {
  await configureTable(table, data.settings);
  // The regions would take the time since the backup for a pause of their replication, and wait as long again.
  await deletePartition(table, REGIONS_PARTITION);
  return {};
}

async function verify(record: RestoreRecord, { acceptDifferences, rate }: RestoreOptions): Promise<Result> {
  const source = await findTable(record.source);
  const result = await compareWithSource(record, source?.status === 'ACTIVE' ? record.source : undefined, rate);
  const again = 'Look at the lines above. To use the table nevertheless, repeat the command with --accept-differences';
  if (record.verifyOnly || acceptDifferences) return result;
  if (result.damaged > 0)
    throw new OperatorError(`${result.damaged} blocks of ${record.table} cannot be decoded. ${again}`);
  if (result.comparison === 'different')
    throw new OperatorError(
      `${record.table} differs from ${record.source} in ${result.differences?.join(', ')}. ${again}`,
    );
  return result;
}

/** Other regions would go on with the replicas of the old table, so there the person deploys. */
async function useTable(record: RestoreRecord, { data, deploy }: RestoreOptions): Promise<Result> {
  if (data.regions === 1) await run(deploy);
  return { rtoSeconds: secondsSince(record.startedAt) };
}

async function removeTable({ table, startedAt }: RestoreRecord): Promise<Result> {
  const rtoSeconds = secondsSince(startedAt);
  const found = await findTable(table);
  if (found?.isProtected) await protectTable(table, false);
  if (found && found.status !== 'DELETING') await deleteTable(table);
  await waitUntil(
    `the table ${table} to be removed`,
    async (seen) => {
      const left = await findTable(table);
      seen(left?.status ?? 'removed');
      return left ? undefined : true;
    },
    { deadlineMs: DELETION_DEADLINE_MS, remedy: 'The same command goes on' },
  );
  return { rtoSeconds };
}

function secondsSince(time: string): number {
  return Math.round((Date.now() - Date.parse(time)) / 1_000);
}
