import type { Stopwatch } from '../../../cli/stopwatch.ts';
import type { Undo } from '../../../cli/undo.ts';
import { openSandbox } from '../../../machine/sandbox.ts';
import { checksText, type JudgedRun } from '../../core/report/report.ts';
import type { Check } from '../../core/run-record.ts';
import { checkRights } from '../rights-checks.ts';
import { sealedImage } from '../sealed-image.ts';
import { TIME_FACTORS } from '../stage/stage-facts.ts';
import { type regionDrills, runRegionDrill } from './drills.ts';
import { openRegions, REGIONS, REPLICATION_LAG_MS } from './two-regions.ts';
import { startUsers } from './users.ts';

/** Runs drills on a stage in two regions; returns what the report shows of them. */
export async function rehearseRegions(
  stageName: string,
  drills: ReturnType<typeof regionDrills>,
  watch: Stopwatch,
  undo: Undo,
) {
  const sandbox = await openSandbox(undo);
  const image = await watch.time('sealed image', sealedImage);
  const regions = await watch.time('regions up', () => openRegions(stageName, image, sandbox));
  const users = await watch.time('users', () => startUsers(regions));
  const [checks, runs]: [Check[], JudgedRun[]] = [[], []];
  for (const drill of drills) {
    try {
      const judged = await watch.time(drill.name, () => runRegionDrill(drill, regions, users));
      console.error(checksText(drill.name, judged.verdict.checks));
      runs.push(judged);
    } catch (error) {
      // The regions are in an unknown state: report what was measured so far, and run no further drills.
      const measured = error instanceof Error ? error.message : String(error);
      checks.push({ check: `${drill.name} runs to its end`, passed: false, measured, expected: 'a verdict' });
      break;
    }
  }
  for (const stage of [regions.home, regions.other]) {
    const rights = await checkRights(stage);
    checks.push(...rights.map((each) => ({ ...each, check: `${stage.facts.region}: ${each.check}` })));
  }
  const facts = {
    regions: REGIONS.map(({ region }) => region).join(', '),
    'replication lag': `${REPLICATION_LAG_MS / 1_000} s`,
    compressed: `load balancer, health checks and TTL of DNS ${TIME_FACTORS.loadBalancer} x, launch hook ${TIME_FACTORS.launchHook} x`,
  };
  return { facts, checks, runs };
}
