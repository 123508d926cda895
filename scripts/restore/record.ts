import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../cli/read-json.ts';

/** Where the records of restores are, in this checkout. */
export const RECORDS = '.data/restores';

/** The steps of a restore, in their order. With --verify-only, the table is removed instead of configured and used. */
export const STEPS = ['requested', 'restored', 'configured', 'verified', 'used', 'removed'] as const;

export type Step = (typeof STEPS)[number];

const time = z.iso.datetime();

/** What a restore was asked for, what it has reached, and how it ended. */
export const recordSchema = z.object({
  stage: z.string(),
  /** The table that the stage used. */
  source: z.string(),
  /** The new table. */
  table: z.string(),
  /** The table's content is of this time: what was acknowledged later is not in the new table. */
  at: time,
  /** ARN of a recovery point of AWS Backup; absent if the table was restored to a point in time. */
  backup: z.string().optional(),
  /** Id of the restore job of AWS Backup. */
  job: z.string().optional(),
  verifyOnly: z.boolean(),
  sizeBytes: z.number(),
  startedAt: time,
  /** When each step was done. */
  steps: z.partialRecord(z.enum(STEPS), time),
  /**
   * Of the days before `at` and their users: `nothing to compare` if neither table has any, `not compared` if the source
   * was gone. Absent until it is verified.
   */
  comparison: z.enum(['equal', 'different', 'nothing to compare', 'not compared']).optional(),
  /** Days that differ, and `users` if they do. */
  differences: z.array(z.string()).optional(),
  /** Blocks of the new table that cannot be decoded. Absent until it is verified. */
  damaged: z.number().optional(),
  /** What was found to be equal. */
  content: z.string().optional(),
  /** From the start until the stage used the table, or until the table was verified with --verify-only. */
  rtoSeconds: z.number().optional(),
  verdict: z.string().optional(),
});

/** A restore. */
export type RestoreRecord = z.output<typeof recordSchema>;

/** The records of this checkout, in a folder; the newest first. */
export async function readRecords(folder: string): Promise<readonly RestoreRecord[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const records = files
    .filter((file) => file.endsWith('.json'))
    .map((file) => readJson(join(folder, file), recordSchema));
  return (await Promise.all(records)).toSorted((one, other) => (one.startedAt < other.startedAt ? 1 : -1));
}

/** Writes a record, as a whole or not at all. Its file is named after the new table. */
export async function writeRecord(folder: string, record: RestoreRecord): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${record.table}.json`);
  await writeFile(`${file}.new`, `${JSON.stringify(record, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
}

/** What tells two restores apart, so that the same command goes on with the same one. */
export type Request = Pick<RestoreRecord, 'stage' | 'verifyOnly'> & {
  readonly at: string | undefined;
  readonly backup: string | undefined;
};

/** The restore that the same command began and that has no verdict yet. */
export function unfinished(records: readonly RestoreRecord[], request: Request): RestoreRecord | undefined {
  return records.find(
    ({ stage, verifyOnly, at, backup, verdict }) =>
      verdict === undefined &&
      stage === request.stage &&
      verifyOnly === request.verifyOnly &&
      backup === request.backup &&
      (backup !== undefined || at === request.at),
  );
}

/** The newest restore of the stage that was restored, with the minutes that AWS needed. */
export function lastDuration(records: readonly RestoreRecord[], stage: string) {
  for (const { stage: other, startedAt, steps, sizeBytes, rtoSeconds } of records) {
    if (other !== stage || !steps.restored) continue;
    const restoreSeconds = (Date.parse(steps.restored) - Date.parse(startedAt)) / 1_000;
    return { startedAt, sizeBytes, restoreSeconds, rtoSeconds };
  }
  return undefined;
}
