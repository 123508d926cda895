import { partText } from '../table/report.ts';
import { lastComparedDay } from './compare.ts';
import { minutes } from './plan.ts';
import type { RestoreRecord } from './record.ts';

/** Whether the restored table was found to be equal to its source, and all its blocks can be decoded. */
export function isVerified({ comparison, damaged = 0 }: RestoreRecord): boolean {
  return comparison === 'equal' && damaged === 0;
}

/** The verdict of a restore whose steps are done. */
export function verdictOf(record: RestoreRecord, regions: number): string {
  const { rtoSeconds = 0, verifyOnly, table, source } = record;
  const time = minutes(rtoSeconds);
  const ofCopy = isVerified(record)
    ? `${source} can be restored within ${time}; the copy was verified and removed`
    : `the copy of ${source} was removed after ${time}, and it proves nothing`;
  const ofStage =
    regions > 1
      ? `${table} is restored after ${time}, and the stage does not use it yet`
      : `the stage uses ${table} after ${time}`;
  return `${verifyOnly ? ofCopy : ofStage}: ${comparisonText(record)}`;
}

/** Why a copy does not prove that the table can be restored, and what to do. */
export function unverifiedText(record: RestoreRecord): string {
  return `the copy is not verified: ${comparisonText(record)}. ${REMEDIES[record.comparison ?? 'not compared']}`;
}

const REMEDIES = {
  equal: 'Look at the lines above',
  different: 'Look at the lines above',
  'nothing to compare': 'Choose a time that is at least a day after the first timestamp of the stage',
  'not compared': 'Choose a recovery point of a table that still exists',
} as const satisfies Record<NonNullable<RestoreRecord['comparison']>, string>;

function comparisonText(record: RestoreRecord): string {
  const { damaged = 0 } = record;
  return damaged > 0 ? `${sourceText(record)}, but ${damaged} of its blocks cannot be decoded` : sourceText(record);
}

function sourceText({ at, comparison, content, differences = [] }: RestoreRecord): string {
  const part = partText({ to: lastComparedDay(at) }, 'its');
  if (comparison === 'equal') return `it is equal to the source ${part}: ${content}`;
  if (comparison === 'different') return `it differs from the source in ${differences.join(', ')}`;
  if (comparison === 'nothing to compare') return `nothing was compared: neither table has blocks or users ${part}`;
  return 'the source is gone, so it was not compared';
}
