import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTable } from '../../../aws/dynamodb.ts';
import { OperatorError } from '../../../cli/errors.ts';
import { type CommandLine, commandText, startBackground } from '../../../cli/run.ts';
import { restorePrice, restorePrices, sizeText } from '../../../restore/price.ts';
import { RECORDS, type RestoreRecord, readRecords } from '../../../restore/record.ts';
import { readStageData } from '../../../restore/stage-data.ts';
import type { Fault } from '../fault-course.ts';
import { type DrilledStage, isAtCapacity } from '../snapshot.ts';

/** The table is restored as of this long ago. The latest time that DynamoDB can restore to is about 5 minutes ago. */
const AGE_MS = 10 * 60_000;

const COMMAND = join(import.meta.dirname, '../../../restore.ts');

/**
 * Restores the table to a copy, compares the two, and removes the copy, by `npm run restore`, while the stage records.
 * The table itself is not changed.
 */
export function prepareRestore({ stage }: Pick<DrilledStage, 'stage'>): Fault {
  let begun: Awaited<ReturnType<typeof startRestore>> | undefined;
  let ended: RestoreRecord | undefined;
  return {
    intent: `restore the table of ${stage} as of ${AGE_MS / 60_000} minutes ago to a copy, compare the two, and remove the copy`,
    price: () => priceText(stage),
    async cause() {
      begun = await startRestore(stage, new Date(Date.now() - AGE_MS));
      return `restore of the table as of ${begun.at}`;
    },
    async isOver(now) {
      const code = begun?.child.exitCode ?? null;
      if (!begun || code === null) return false;
      ended ??= await recordOf(stage, begun.at);
      if (code !== 0 || !ended?.verdict) throw new OperatorError(`the restore failed: ${await lastLine(begun.log)}`);
      return isAtCapacity(now);
    },
    overText: () => ended?.verdict ?? '',
    async restore() {
      if (!begun || ended?.steps.removed) return;
      await begun.stop();
      ended = await recordOf(stage, begun.at);
      if (ended && !ended.steps.removed)
        throw new OperatorError(`the copy ${ended.table} is left: ${commandText(begun.again)} goes on, and removes it`);
    },
  };
}

async function startRestore(stage: string, time: Date) {
  const at = `${time.toISOString().slice(0, 19)}.000Z`;
  const args = ['--stage', stage, '--at', at, '--verify-only'];
  const log = join(await mkdtemp(join(tmpdir(), 'stampede-restore-')), 'log');
  console.error(`The restore writes to ${log}`);
  const env = { AWS_SDK_UA_APP_ID: 'restore' };
  const again: CommandLine = ['npm', 'run', 'restore', '--', ...args];
  return { ...startBackground([process.execPath, COMMAND, ...args, '--yes'], { log, env }), at, log, again };
}

async function recordOf(stage: string, at: string): Promise<RestoreRecord | undefined> {
  const records = await readRecords(RECORDS);
  return records.find((record) => record.stage === stage && record.at === at && record.verifyOnly);
}

async function lastLine(log: string): Promise<string> {
  return (await readFile(log, 'utf8')).trimEnd().split('\n').at(-1) ?? '';
}

async function priceText(stage: string): Promise<string> {
  const { tableName } = await readStageData(stage);
  const bytes = (await findTable(tableName))?.sizeBytes ?? 0;
  const prices = await restorePrices();
  const usd = prices ? `about ${restorePrice(bytes, prices).toFixed(2)} USD` : 'of unknown price in this region';
  return `the restore ${usd} for ${sizeText(bytes)}, and the storage of the copy`;
}
