import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IMAGE_PATHS } from '../../server/contract.ts';
import type { VerdictLine } from '../drill/data.ts';
import { mountOverlay } from '../rehearsal/mounts.ts';
import { comesTrue } from '../rehearsal/wait.ts';
import type { Member } from './launcher.ts';
import type { Stage } from './stage.ts';
import type { Timeline } from './timeline.ts';

const SETTLE_DEADLINE_MS = 120_000;
/** Several times the launching hook's time, compressed. */
const ABANDONED_DEADLINE_MS = 60_000;

/** Replaces every instance by one of a newer image, as the group's instance refresh does: launch before terminate. */
export async function rollingDeploy(stage: Stage, timeline: Timeline): Promise<VerdictLine[]> {
  const { fleet } = stage;
  const fromS = timeline.second;
  fleet.image = await derivedImage(stage, (root) =>
    changeFile(join(root, IMAGE_PATHS.bakeFacts), (facts) =>
      JSON.stringify({ ...JSON.parse(facts), rehearsed: 'newer' }),
    ),
  );
  timeline.tell('a newer image is rolled out');
  for (const old of [...fleet.inService]) {
    // The group ends an old one by itself when zones must be balanced again.
    if (old.state !== 'inService') continue;
    fleet.desired += 1;
    await fleet.settled(SETTLE_DEADLINE_MS);
    // Together, so that the group launches nothing in the place of the one that leaves.
    fleet.desired -= 1;
    await fleet.retire(old);
    await fleet.settled(SETTLE_DEADLINE_MS);
  }
  timeline.faults.push({ fromS, toS: timeline.second, text: 'rolling deploy' });
  const newer = fleet.inService.filter(({ image }) => image === fleet.image).length;
  return [
    {
      promise: 'every instance runs the newer image',
      kept: newer === fleet.desired,
      measured: `${newer} of ${fleet.inService.length}`,
      expected: 'all of them',
    },
  ];
}

/** Rolls out an image whose app cannot start: its launch is abandoned, and the old instances must serve on. */
export async function badImage(stage: Stage, timeline: Timeline): Promise<VerdictLine[]> {
  const { fleet } = stage;
  const [good, before, fromS] = [fleet.image, [...fleet.inService], timeline.second];
  const bad = await derivedImage(stage, (root) =>
    changeFile(join(root, IMAGE_PATHS.app, 'ecosystem.config.js'), () => 'throw new Error("a bad image");\n'),
  );
  fleet.image = bad;
  fleet.desired += 1;
  timeline.tell('fault: an image whose app does not start is rolled out');
  const launched = new Set<Member>();
  const [served, abandoned] = [new Set<Member>(), new Set<Member>()];
  const isAbandoned = () => {
    for (const member of fleet.members.filter(({ image }) => image === bad)) launched.add(member);
    for (const member of launched) {
      if (member.inServiceAtMs !== Infinity) served.add(member);
      if (member.launch?.result === 'ABANDON') abandoned.add(member);
    }
    return abandoned.size > 0;
  };
  await comesTrue(isAbandoned, ABANDONED_DEADLINE_MS);
  fleet.desired -= 1;
  await fleet.rollBackTo(good);
  timeline.faults.push({ fromS, toS: timeline.second, text: 'bad image' });
  await fleet.settled(SETTLE_DEADLINE_MS);
  const stayed = before.filter((member) => fleet.inService.includes(member)).length;
  return [
    {
      promise: 'the launch of the bad image is abandoned',
      kept: abandoned.size > 0,
      measured: [...abandoned].map(({ launch }) => `${launch?.result} by ${launch?.by}`).join(', ') || 'it waits on',
      expected: "ABANDON by the instance, or when the hook's time is over",
    },
    {
      promise: 'the bad image takes no traffic',
      kept: served.size === 0 && launched.size > 0,
      measured: `${served.size} of ${launched.size} launched instances went into service`,
      expected: 'none, and one launched at least',
    },
    {
      promise: 'the old instances stay',
      kept: stayed === before.length,
      measured: `${stayed} of ${before.length}`,
      expected: 'all of them',
    },
  ];
}

/** An image that differs from the stage's own in what `change` does to its root. */
async function derivedImage({ fleet, workshop }: Stage, change: (root: string) => Promise<void>): Promise<string> {
  const root = await mountOverlay(fleet.image, join(workshop.directory, `image-${randomUUID()}`), workshop.undo);
  await change(root);
  return root;
}

async function changeFile(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')));
}
