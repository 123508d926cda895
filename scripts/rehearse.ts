import { resolve } from 'node:path';
import { UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { Stopwatch } from './cli/stopwatch.ts';
import { textTable } from './cli/table.ts';
import { type Undo, withUndo } from './cli/undo.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { OWN_ARTILLERY, requireArtillery } from './drills/artillery/artillery.ts';
import { writeReport } from './drills/core/report/page.ts';
import { checksText, hasPassed, type JudgedRun, type Report, renderTerminal } from './drills/core/report/report.ts';
import { type DrillOn, drillNamed, drillsOn } from './drills/registry.ts';
import { checkStage } from './drills/rehearsal/checks.ts';
import { startClients } from './drills/rehearsal/clients.ts';
import { regionDrills } from './drills/rehearsal/regions/drills.ts';
import { rehearseRegions } from './drills/rehearsal/regions/rehearse-regions.ts';
import { checkRights } from './drills/rehearsal/rights-checks.ts';
import { runDrill } from './drills/rehearsal/run-drill.ts';
import { sealedImage } from './drills/rehearsal/sealed-image.ts';
import { openStage } from './drills/rehearsal/stage/stage.ts';
import { synthesizeForRestore, synthesizeStage, TIME_FACTORS } from './drills/rehearsal/stage/stage-facts.ts';
import { readCheckout } from './image/checkout.ts';
import { openSandbox } from './machine/sandbox.ts';

const ALL_DRILLS = drillsOn('rehearsal');

type Rehearsed = Pick<Report, 'facts' | 'checks' | 'runs'>;

const command = {
  name: 'rehearse',
  summary: 'Runs the whole deployment on this machine, offline: checks it, causes faults, and judges how it recovers.',
  options: {
    stage: STAGE_OPTION,
    only: { value: '<drill,...>', help: `some of ${ALL_DRILLS.map(({ name }) => name).join(', ')}` },
    regions: { value: '<n>', default: '1', help: '2: a stage in two regions, with drills of its own' },
    report: { value: '<folder>', default: '.data/rehearsal', help: 'where the report is written' },
  },
  examples: [
    ['npm run rehearse -- --only steady,kill-instance', 'the stage checks and two drills'],
    ['npm run rehearse -- --regions 2', 'a lost region, paused replication, and the return'],
  ],
} as const;

await main(command, async ({ values }) => {
  const watch = new Stopwatch();
  const action = rehearsalOf(values.regions, values.stage, values.only?.split(','), watch);
  const report = await watch.time('all', () => withUndo(action));
  const { page } = await writeReport(resolve(values.report), report);
  console.log(`${renderTerminal(report)}\n\n${textTable(watch.rows)}\n\nReport: ${page}`);
  if (!hasPassed(report)) process.exitCode = 1;
});

function rehearsalOf(regions: string, stage: string, only: readonly string[] | undefined, watch: Stopwatch) {
  if (regions === '2') {
    const drills = regionDrills(only);
    return async (undo: Undo) => reportOf(stage, await rehearseRegions(stage, drills, watch, undo));
  }
  if (regions !== '1') throw new UsageError(`--regions is ${regions}, expected 1 or 2`);
  const drills = only?.map((name) => drillNamed('rehearsal', name)) ?? ALL_DRILLS;
  return async (undo: Undo) => reportOf(stage, await rehearse(stage, drills, watch, undo));
}

async function reportOf(stage: string, { facts, ...judged }: Rehearsed) {
  const commit = (await readCheckout()).commit.slice(0, 12);
  const all = { commit, stage, ...facts, Node: process.version };
  return { title: 'Rehearsal', createdAt: new Date().toISOString(), facts: all, ...judged };
}

async function rehearse(stageName: string, drills: readonly DrillOn<'rehearsal'>[], watch: Stopwatch, undo: Undo) {
  const sandbox = await openSandbox(undo);
  await requireArtillery(OWN_ARTILLERY);
  const image = await watch.time('sealed image', sealedImage);
  const stageFacts = await watch.time('synth', () => synthesizeStage(stageName, sandbox.directory));
  const isRestored = drills.some(({ fault }) => fault === 'lose-table');
  const factsWith = isRestored ? synthesizeForRestore(stageName, sandbox.directory) : () => Promise.resolve(stageFacts);
  const stage = await watch.time('stage up', () => openStage(stageFacts, image, sandbox, factsWith));
  const [checks, clients] = await Promise.all([
    watch.time('stage checks', () => checkStage(stage)),
    watch.time('clients', () => startClients(stage)),
  ]);
  const runs: JudgedRun[] = [];
  let judging: Promise<unknown> = Promise.resolve();
  try {
    for (const drill of drills) {
      const judgeDrill = await watch.time(drill.name, () => runDrill(drill, stage, clients, judging));
      judging = Promise.all([judgeDrill(), judging]).then(([judged]) => {
        console.error(checksText(drill.name, judged.verdict.checks));
        runs.push(judged);
      });
      // The next drill waits for it, and fails if it fails; until then nothing does.
      judging.catch(() => undefined);
    }
    await watch.time('last verdict', () => judging);
  } catch (error) {
    // The stage is in an unknown state: report what was measured so far, and run no further drills.
    const measured = error instanceof Error ? error.message : String(error);
    const check = `${drills[runs.length]?.name} runs to its end`;
    checks.push({ check, passed: false, measured, expected: 'a verdict' });
  }
  checks.push(...(await watch.time('rights', () => checkRights(stage))));
  const { loadBalancer, launchHook, scaling } = TIME_FACTORS;
  const compressed = `load balancer ${loadBalancer} x, launch hook ${launchHook} x, scaling ${scaling} x`;
  return { facts: { compressed }, checks, runs };
}
