import { join } from 'node:path';
import { IMAGE_PATHS } from '../../../../ami/contract.ts';
import { becomesTrue } from '../../../cli/wait.ts';
import type { Timeline } from '../../core/timeline.ts';
import { derivedImage } from '../stage/images.ts';
import type { Member } from '../stage/launcher.ts';
import type { Stage } from '../stage/stage.ts';
import type { FaultOutcome } from './fault.ts';

/** Several times the launching hook's time, compressed. */
const ABANDONED_DEADLINE_MS = 60_000;

/** Rolls out an image whose app cannot start: its launch is abandoned, and the old instances must serve on. */
export async function badImage(stage: Stage, timeline: Timeline): Promise<FaultOutcome> {
  const { fleet } = stage;
  const [good, before, fromS] = [fleet.image, [...fleet.inService], timeline.second];
  const ecosystem = join(IMAGE_PATHS.app, 'ecosystem.config.js');
  const bad = await derivedImage(stage, ecosystem, () => 'throw new Error("a bad image");\n');
  fleet.image = bad;
  fleet.desired += 1;
  timeline.tell('fault: an image whose app does not start is rolled out');
  const launched = new Set<Member>();
  const [served, abandoned] = [new Set<Member>(), new Set<Member>()];
  const isAbandoned = () => {
    for (const member of fleet.members.filter(({ image }) => image === bad)) launched.add(member);
    for (const member of launched) {
      if (member.inServiceAtMs !== undefined) served.add(member);
      if (member.launch?.result === 'ABANDON') abandoned.add(member);
    }
    return abandoned.size > 0;
  };
  await becomesTrue(isAbandoned, ABANDONED_DEADLINE_MS);
  fleet.desired -= 1;
  await fleet.rollBackTo(good);
  timeline.faults.push({ fromS, toS: timeline.second, text: 'bad image' });
  await fleet.settled();
  const stayed = before.filter((member) => fleet.inService.includes(member)).length;
  return {
    checks: [
      {
        check: 'the launch of the bad image is abandoned',
        passed: abandoned.size > 0,
        measured: [...abandoned].map(({ launch }) => `${launch?.result} by ${launch?.by}`).join(', ') || 'it waits on',
        expected: "ABANDON by the instance, or when the hook's time is over",
      },
      {
        check: 'the bad image takes no traffic',
        passed: served.size === 0 && launched.size > 0,
        measured: `${served.size} of ${launched.size} launched instances went into service`,
        expected: 'none, and one launched at least',
      },
      {
        check: 'the old instances stay',
        passed: stayed === before.length,
        measured: `${stayed} of ${before.length}`,
        expected: 'all of them',
      },
    ],
  };
}
