import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IMAGE_PATHS } from '../../../../ami/contract.ts';
import { becomesTrue } from '../../../cli/wait.ts';
import { mountOverlay } from '../../../machine/mounts.ts';
import { USUAL_METRIC_DELAY_S } from '../../../scaling/model/controller.ts';
import { simulateRefresh } from '../../../scaling/model/refresh.ts';
import type { Check } from '../../core/run-record.ts';
import type { Timeline } from '../../core/timeline.ts';
import { everyInstance } from '../checks.ts';
import type { Fleet } from '../stage/fleet.ts';
import type { Member } from '../stage/launcher.ts';
import type { Stage } from '../stage/stage.ts';

/** Several times the compressed timeout of the launch hook. */
const ABANDONED_DEADLINE_MS = 60_000;

/** Time within which a deployment of a bad image must be rolled back on AWS. */
const ROLLED_BACK_S = 600;

/** Rolls out an image whose app cannot start: its launch is abandoned, and the old instances keep serving. */
export async function rollOutBadImage(stage: Stage, timeline: Timeline) {
  const { fleet } = stage;
  const [good, before] = [fleet.image, fleet.inService];
  const ecosystem = join(IMAGE_PATHS.app, 'ecosystem.config.js');
  const bad = await derivedImage(stage, ecosystem, () => 'throw new Error("a bad image");\n');
  fleet.image = bad;
  fleet.desired += 1;
  const end = timeline.beginFault('an image whose app does not start is rolled out');
  const launched = new Set<Member>();
  const abandoned = () => [...launched].filter(({ launch }) => launch?.result === 'ABANDON');
  const isAbandoned = () => {
    for (const member of fleet.members.filter(({ image }) => image === bad)) launched.add(member);
    return abandoned().length > 0;
  };
  await becomesTrue(isAbandoned, ABANDONED_DEADLINE_MS);
  fleet.desired -= 1;
  await fleet.rollBackTo(good);
  end();
  await fleet.settled();
  const outcomes = abandoned().map(({ launch }) => `ABANDON by ${launch?.by}`);
  const served = [...launched].filter(({ inServiceAtMs }) => inServiceAtMs !== undefined).length;
  const stayed = before.filter((member) => fleet.inService.includes(member));
  return {
    checks: [
      {
        check: 'the launch of the bad image is abandoned',
        passed: outcomes.length > 0,
        measured: outcomes.join(', ') || 'it still waits',
        expected: "ABANDON by the instance or by the hook's timeout",
      },
      {
        check: 'the bad image gets no traffic',
        passed: served === 0 && launched.size > 0,
        measured: `${served} of ${launched.size} launched instances were in service`,
        expected: 'none, and at least one launched',
      },
      everyInstance('the old instances stay', stayed, before),
      checkTakenBack(stage, before.length),
    ],
  };
}

/** Calculates, with the template's alarms and times, when a deployment of an image that does not boot ends on AWS. */
function checkTakenBack({ facts: { refresh, launchHook, targetGroup } }: Stage, size: number): Check {
  const { status, endsS, cause } = simulateRefresh({
    preferences: refresh,
    size,
    outcome: { abandonedAfterS: launchHook?.timeoutS ?? Infinity, replacedAfterS: 60 },
    drainS: targetGroup.deregistrationDelayS,
    metricDelayS: USUAL_METRIC_DELAY_S,
  });
  return {
    check: 'on AWS an alarm would roll back the deployment (model)',
    passed: status === 'Failed' && endsS <= ROLLED_BACK_S,
    measured: `after ${endsS} s: ${cause}`,
    expected: `an alarm within ${ROLLED_BACK_S} s`,
  };
}

/** Replaces every instance by one of a newer image. */
export async function rollOutNewerImage(stage: Stage, timeline: Timeline) {
  const { fleet } = stage;
  const addFact = (facts: string) => JSON.stringify({ ...JSON.parse(facts), rehearsed: 'newer' });
  fleet.image = await derivedImage(stage, IMAGE_PATHS.bakeFacts, addFact);
  const end = timeline.beginFault('a newer image is rolled out');
  await replaceInstances(fleet);
  end();
  const newer = fleet.inService.filter(({ image }) => image === fleet.image);
  return { checks: [everyInstance('every instance runs the newer image', newer, fleet.members)] };
}

/** Replaces every instance as the group's instance refresh does: launch before terminate. */
export async function replaceInstances(fleet: Fleet): Promise<void> {
  // A new instance goes to the first of equally large zones. To begin with the last one saves a launch that would only
  // balance the zones.
  const byZone = fleet.inService.toSorted((one, other) => other.zone.localeCompare(one.zone));
  for (const old of byZone) {
    // The group may have terminated an old one by itself to balance the zones.
    if (old.state !== 'inService') continue;
    fleet.desired += 1;
    await fleet.settled();
    // Lowered in the same step, so that the group launches no replacement for the terminated instance.
    fleet.desired -= 1;
    await fleet.terminate(old);
    await fleet.settled();
  }
}

/** An image that differs from the fleet's own in one file, by its path on the instance. */
async function derivedImage({ fleet, sandbox }: Stage, path: string, change: (text: string) => string) {
  const root = await mountOverlay(fleet.image, join(sandbox.directory, `image-${randomUUID()}`), sandbox.undo);
  const file = join(root, path);
  await writeFile(file, change(await readFile(file, 'utf8')));
  return root;
}
