import type { Values } from './cli/arguments.ts';
import { confirm } from './cli/confirm.ts';
import { OperatorError, UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { commandText } from './cli/run.ts';
import { imageIdOrCurrent, positiveNumber } from './cli/values.ts';
import { deployOptions, readLastDeployment } from './restore/last-deployment.ts';
import { deployCommand, nextSteps } from './restore/next-steps.ts';
import { planText, restoredTableName } from './restore/plan.ts';
import { restorePrices } from './restore/price.ts';
import { RECORDS, type RestoreRecord, readRecords, unfinished, writeRecord } from './restore/record.ts';
import { sourceAt, sourceOfBackup } from './restore/source.ts';
import { readStageData, type StageData } from './restore/stage-data.ts';
import { restoreTable } from './restore/steps.ts';
import { isVerified, unverifiedText } from './restore/verdict.ts';
import { CDK_OPTIONS } from './stage/cdk.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';
import { timeValue } from './table/time.ts';

const OPTIONS = {
  ...CDK_OPTIONS,
  ...AWS_OPTIONS,
  ami: {
    ...CDK_OPTIONS.ami,
    schema: imageIdOrCurrent(),
    help: 'image to launch, or current for the promoted one (default: the one that the stage launches)',
  },
  at: { value: '<time>', schema: timeValue(), help: 'restore the table as it was at this time of the last 35 days' },
  backup: { value: '<arn>', help: 'restore this recovery point of AWS Backup, or this backup of DynamoDB, instead' },
  'verify-only': { help: 'verify the new table and remove it again; exit with 1 unless it is equal to the old one' },
  'accept-differences': { help: 'use the new table although its days or users differ from those of the source' },
  rate: {
    value: '<n>',
    schema: positiveNumber(),
    help: 'verify with at most this many read units per second (default: no limit); a unit reads 8 KB',
  },
  yes: { help: 'do not ask before the restore begins' },
  'dry-run': { help: 'print what would be done, and do nothing' },
} as const;

await main(
  {
    name: 'restore',
    summary:
      'Restores the table of a stage to a new table, sets what a restore loses, verifies the days before and their users, and deploys ' +
      'the stage with the new table. Repeat an interrupted command to continue.',
    options: OPTIONS,
    examples: [
      ['npm run restore -- --stage prod --at 2026-11-21T07:45Z', 'the table of prod as it was at this time'],
      ['npm run restore -- --stage prod --at 2026-11-21T07:45Z --verify-only', 'proves that it could be restored'],
    ],
  },
  async ({ values }) => {
    const { stage } = values;
    const at = timeOf(values);
    await useRole(values);
    const data = await readStageData(stage);
    const options = values['verify-only']
      ? []
      : deployOptions(stage, await readLastDeployment(stage, data.regions), values);
    const records = await readRecords(RECORDS);
    const request = { stage, verifyOnly: values['verify-only'], at, backup: values.backup };
    const begun = unfinished(records, request);
    const record = begun ?? (await newRecord(values, data, at));
    const deploy = deployCommand(stage, record.table, options);
    console.log(`${planText(record, data.regions, await restorePrices(), records)}\n`);
    if (begun) console.log(`Goes on with the restore of ${begun.startedAt}: ${Object.keys(begun.steps).join(', ')}`);
    if (values['dry-run']) return console.log(`$ ${commandText(deploy)}`);
    if (!values.yes) await confirm(`Restores a table of stage ${stage}.`, stage);
    const how = { data, deploy, acceptDifferences: values['accept-differences'], rate: values.rate };
    const ended = await restoreTable(record, { ...how, save: (state) => writeRecord(RECORDS, state) });
    console.log(`${ended.verdict}\n${nextSteps(ended, data.regions, deploy).join('\n')}`.trimEnd());
    if (ended.verifyOnly && !isVerified(ended)) throw new OperatorError(unverifiedText(ended));
  },
);

type RestoreValues = Values<typeof OPTIONS>;

/** The time of `--at`, in whole seconds, as DynamoDB restores. */
function timeOf({ at, backup, set }: RestoreValues): string | undefined {
  if ((at === undefined) === (backup === undefined))
    throw new UsageError('expected either --at with a time or --backup with the ARN of a recovery point');
  const table = set.find((entry) => entry.startsWith('tableName='));
  if (table) throw new UsageError(`--set is '${table}': the restore sets the name of the new table itself`);
  return at === undefined ? undefined : new Date(Math.floor(at / 1e6) * 1_000).toISOString();
}

/** A restore that begins now. Refuses a time that AWS would refuse. */
async function newRecord(values: RestoreValues, data: StageData, at: string | undefined): Promise<RestoreRecord> {
  const { stage, backup, 'verify-only': verifyOnly } = values;
  const startedAt = new Date();
  const table = restoredTableName(stage, startedAt);
  const common = { stage, table, verifyOnly, startedAt: startedAt.toISOString(), steps: {} };
  const source = backup === undefined ? await sourceAt(data.tableName, at ?? '') : await sourceOfBackup(backup, data);
  return { ...common, ...(backup !== undefined && { backup }), ...source };
}
