import { IMAGE_PATHS } from '../../../../ami/contract.ts';
import type { Timeline } from '../../core/timeline.ts';
import { derivedImage } from '../stage/images.ts';
import type { Stage } from '../stage/stage.ts';
import type { FaultOutcome } from './fault.ts';

/** Replaces every instance by one of a newer image, as the group's instance refresh does: launch before terminate. */
export async function rollingDeploy(stage: Stage, timeline: Timeline): Promise<FaultOutcome> {
  const { fleet } = stage;
  const fromS = timeline.second;
  const addFact = (facts: string) => JSON.stringify({ ...JSON.parse(facts), rehearsed: 'newer' });
  fleet.image = await derivedImage(stage, IMAGE_PATHS.bakeFacts, addFact);
  timeline.tell('a newer image is rolled out');
  for (const old of [...fleet.inService]) {
    // The group ends an old one by itself when zones must be balanced again.
    if (old.state !== 'inService') continue;
    fleet.desired += 1;
    await fleet.settled();
    // Together, so that the group launches nothing in the place of the one that leaves.
    fleet.desired -= 1;
    await fleet.terminate(old);
    await fleet.settled();
  }
  timeline.faults.push({ fromS, toS: timeline.second, text: 'rolling deploy' });
  const newer = fleet.inService.filter(({ image }) => image === fleet.image).length;
  return {
    checks: [
      {
        check: 'every instance runs the newer image',
        passed: newer === fleet.desired,
        measured: `${newer} of ${fleet.inService.length}`,
        expected: 'all of them',
      },
    ],
  };
}
