import {
  enableContributorInsights,
  enablePointInTimeRecovery,
  enableTimeToLive,
  findTable,
  hasContributorInsights,
  limitTable,
  pointInTimeRecovery,
  protectTable,
  type TableOnAws,
  tagsOfTable,
  tagTable,
  timeToLiveAttribute,
  warmTable,
} from '../aws/dynamodb.ts';
import { OperatorError } from '../cli/errors.ts';
import { waitUntil } from '../cli/wait.ts';
import { missingSettings, type TableSettings } from './settings.ts';

/** Warm throughput takes longest: DynamoDB splits partitions for it. */
const DEADLINE_MS = 2 * 3_600_000;

/** Gives a restored table the settings of the stage's table, one after the other. What it already has is left alone. */
export async function configureTable(name: string, wanted: TableSettings): Promise<void> {
  await waitUntil(
    `the settings of ${name}`,
    async (seen) => {
      for (;;) {
        const table = await activeTable(name);
        if (!table) return void seen('the table is busy');
        const [next] = missingSettings(wanted, await settingsOf(table));
        if (next === undefined) return true;
        seen(`sets ${next}`);
        if (!(await isDone(SET[next](table, wanted)))) return void seen(`${next} cannot be set yet`);
      }
    },
    { deadlineMs: DEADLINE_MS, maxPauseMs: 5_000, remedy: 'The same command goes on from here' },
  );
}

/** Errors of DynamoDB that pass: it still works on the table, or enables backups of a new one. */
const PASSING = ['ContinuousBackupsUnavailableException', 'LimitExceededException', 'ResourceInUseException'];

/** Whether a change was accepted; false if DynamoDB asks to repeat it later. */
export async function isDone(change: Promise<void>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    const { cause } = error as Error;
    if (cause instanceof Error && PASSING.includes(cause.name)) return false;
    throw error;
  }
}

/** The table, when it is ready to be changed. */
async function activeTable(name: string): Promise<TableOnAws | undefined> {
  const table = await findTable(name);
  if (!table) throw new OperatorError(`there is no table ${name} any more: it was deleted while it was restored`);
  return table.status === 'ACTIVE' ? table : undefined;
}

/** The settings that a table has now. */
async function settingsOf({ name, arn, ...table }: TableOnAws): Promise<TableSettings> {
  const [recovery, timeToLive, tags, contributorInsights] = await Promise.all([
    pointInTimeRecovery(name),
    timeToLiveAttribute(name),
    tagsOfTable(arn),
    hasContributorInsights(name),
  ]);
  const { maxReadUnits, maxWriteUnits, warmWriteUnits, isProtected: deletionProtection } = table;
  const recoveryDays = recovery.isEnabled ? (recovery.days ?? 35) : 0;
  return {
    ...{ recoveryDays, timeToLive, tags, contributorInsights },
    ...{ maxReadUnits, maxWriteUnits, warmWriteUnits, deletionProtection },
  };
}

type Setter = (table: TableOnAws, wanted: TableSettings) => Promise<void>;

const setLimits: Setter = ({ name }, { maxReadUnits, maxWriteUnits }) => limitTable(name, maxReadUnits, maxWriteUnits);

const SET: Readonly<Record<keyof TableSettings, Setter>> = {
  recoveryDays: ({ name }, { recoveryDays }) => enablePointInTimeRecovery(name, recoveryDays),
  timeToLive: ({ name }, { timeToLive = '' }) => enableTimeToLive(name, timeToLive),
  tags: ({ arn }, { tags }) => tagTable(arn, tags),
  contributorInsights: ({ name }) => enableContributorInsights(name),
  maxReadUnits: setLimits,
  maxWriteUnits: setLimits,
  warmWriteUnits: ({ name }, { warmWriteUnits = 0 }) => warmTable(name, warmWriteUnits),
  deletionProtection: ({ name }) => protectTable(name, true),
};
