import { setTimeout as sleep } from 'node:timers/promises';
import type { Timeline } from '../../core/timeline.ts';
import { everyInstance } from '../checks.ts';
import { objectivesCheck, type RestoreTimes } from '../recovery-point.ts';
import type { Stage } from '../stage/stage.ts';
import { RESTORED_TABLE_NAME, TABLE_NAME } from '../stage/stage-facts.ts';
import { replaceInstances } from './image-rollout.ts';

/** Timestamps that are recorded between the copy and the deletion: they are what the restore loses. */
const AFTER_COPY_MS = 3_000;
/** The table that DynamoDB's own copy of the deleted table is restored to, for comparison. */
const COMPARED_TABLE_NAME = 'rehearsal-system-backup';
const RTO_LIMIT_S = 90;

/**
 * Deletes the table, restores an earlier copy to a new table, and replaces all instances by ones that use it, as a
 * deployment with the setting `tableName` does. Meanwhile timestamps go to the spill bucket, which the new instances drain.
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
  await operateTable('restore', copyArn, RESTORED_TABLE_NAME);
  await operateTable('back-up-continuously', RESTORED_TABLE_NAME);
  timeline.log('the copy is restored to a new table', true);

  await stage.useTable(RESTORED_TABLE_NAME, await stage.factsOfRestored());
  const old = fleet.inService;
  await replaceInstances(fleet);
  timeline.log('every instance uses the restored table');
  const times: RestoreTimes = { copy, deletion, recoveredMs: Date.now() };
  end();
  await compared;
  const replaced = fleet.inService.filter((member) => !old.includes(member));
  return {
    checks: [
      everyInstance('every instance was launched with the restored table', replaced, fleet.members),
      objectivesCheck(times, RTO_LIMIT_S),
    ],
    statuses: { all: [201, 202], some: 202 },
    restored: { times, systemBackup: await stage.readTable(COMPARED_TABLE_NAME) },
  };
}
