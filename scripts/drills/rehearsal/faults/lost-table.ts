import { setTimeout as sleep } from 'node:timers/promises';
import type { Timeline } from '../../core/timeline.ts';
import { everyInstance } from '../checks.ts';
import { commandCheck, objectivesCheck, type RestoreTimes } from '../recovery-point.ts';
import { tableIn } from '../stage/restore-command.ts';
import type { Stage } from '../stage/stage.ts';
import { REHEARSED_SETTINGS, TABLE_NAME } from '../stage/stage-facts.ts';
import { replaceInstances } from './image-rollout.ts';

/** Timestamps that are recorded between the copy and the deletion: they are what the restore loses. */
const AFTER_COPY_MS = 2_000;
/** The table that DynamoDB's own copy of the deleted table is restored to, for comparison. */
const COMPARED_TABLE_NAME = 'rehearsal-system-backup';
const RTO_LIMIT_S = 90;

/**
 * Deletes the table, and restores an earlier copy to a new table by `npm run restore`. Its deployment replaces all
 * instances with ones that use this table. Meanwhile timestamps go to the spill bucket, which the new instances drain.
 */
export async function loseTable(stage: Stage, timeline: Timeline) {
  const { fleet, operateTable } = stage;
  const copyBeganMs = Date.now();
  const copyArn = await operateTable('back-up', TABLE_NAME);
  const copy = { beganMs: copyBeganMs, endedMs: Date.now() };
  timeline.log('the table is copied (on-demand backup)');
  await sleep(AFTER_COPY_MS);

  const end = timeline.beginFault('the table is deleted');
  const beganMs = Date.now();
  await operateTable('delete', TABLE_NAME);
  const deletion = { beganMs, endedMs: Date.now() };
  const systemArn = await operateTable('find-system-backup', TABLE_NAME);
  const compared = operateTable('restore', systemArn, COMPARED_TABLE_NAME);
  const old = fleet.inService;
  const options = ['--backup', copyArn, ...REHEARSED_SETTINGS.flatMap((setting) => ['--set', setting])];
  const record = await stage.restoreTable(options, async (settings) => {
    timeline.log('npm run restore has restored the copy, and deploys the stage with it', true);
    await stage.useTable(tableIn(settings), await stage.factsWith(settings));
    await replaceInstances(fleet);
  });
  timeline.log('every instance uses the restored table');
  const times: RestoreTimes = { copy, deletion, recoveredMs: Date.now() };
  end();
  await compared;
  const replaced = fleet.inService.filter((member) => !old.includes(member));
  return {
    checks: [
      everyInstance('every instance was launched with the restored table', replaced, fleet.members),
      objectivesCheck(times, RTO_LIMIT_S),
      commandCheck(record, TABLE_NAME),
    ],
    statuses: { all: [201, 202], some: 202 },
    restored: { times, systemBackup: await stage.readTable(COMPARED_TABLE_NAME) },
  };
}
