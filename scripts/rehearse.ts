import { resolve } from 'node:path';
import { main } from './cli/main.ts';
import { textTable } from './cli/table.ts';
import { withUndo } from './cli/undo.ts';
import { STAGE_OPTION } from './cli/values.ts';
import type { JudgedRun, Report } from './drills/core/report/page.ts';
import { hasPassed } from './drills/core/report/page.ts';
import { renderTerminal } from './drills/core/report/terminal.ts';
import { writeReport } from './drills/core/report/write.ts';
import type { Check } from './drills/core/run-record.ts';
import { type DrillOn, drillNamed, drillsOn } from './drills/registry.ts';
import { proveStage } from './drills/rehearsal/checks.ts';
import { Clients } from './drills/rehearsal/clients.ts';
import { runDrill } from './drills/rehearsal/run-drill.ts';
import { sealedImage } from './drills/rehearsal/stage/images.ts';
import { openStage, TABLE_NAME } from './drills/rehearsal/stage/stage.ts';
import { readStageFacts, synthesizeStage } from './drills/rehearsal/stage/stage-facts.ts';
import { TIME_FACTORS } from './drills/rehearsal/stage/time-factors.ts';
import { readCheckout } from './image/checkout.ts';
import { Stopwatch } from './image/stopwatch.ts';
import { openSandbox } from './machine/sandbox.ts';

const ALL_DRILLS = drillsOn('rehearsal');

const command = {
  name: 'rehearse',
  summary: 'Runs the whole deployment on this machine, offline: proves it, breaks it, and judges how it recovers.',
  options: {
    stage: STAGE_OPTION,
    only: { type: 'string', value: '<drill,...>', help: `some of ${ALL_DRILLS.map(({ name }) => name).join(', ')}` },
    report: { type: 'string', value: '<folder>', default: '.data/rehearsal', help: 'where the report is written' },
  },
  examples: [['npm run rehearse -- --only steady,kill-instance', 'the stage checks and two drills']],
} as const;

await main(command, async ({ values }) => {
  const stageName = values.stage;
  const drills = chooseDrills(values.only);
  const watch = new Stopwatch();
  const report = await watch.time('all', () =>
    withUndo(async (undo): Promise<Report> => {
      const sandbox = await openSandbox(undo);
      const image = await watch.time('sealed image', sealedImage);
      const templates = await watch.time('synth', () => synthesizeStage(stageName, sandbox.directory));
      const stageFacts = readStageFacts(templates, TABLE_NAME);
      const stage = await watch.time('stage up', () => openStage(stageFacts, image, sandbox));
      const checks: Check[] = await watch.time('stage checks', () => proveStage(stage));
      const target = `http://${stage.loadBalancer.address}`;
      const clients = await watch.time('clients', () => Clients.start(target, stage.client, sandbox));
      const runs: JudgedRun[] = [];
      for (const drill of drills) {
        try {
          const judged = await watch.time(drill.name, () => runDrill(drill, stage, clients));
          for (const check of judged.verdict.checks) console.error(checkText(check));
          runs.push(judged);
        } catch (error) {
          // The stage is in an unknown state: what was seen so far is worth a report, further drills are not.
          const measured = error instanceof Error ? error.message : String(error);
          checks.push({ check: `${drill.name} runs to its end`, passed: false, measured, expected: 'a verdict' });
          break;
        }
      }
      const { commit } = await readCheckout();
      const compressed = Object.entries(TIME_FACTORS).map(([whose, factor]) => `${whose} ${factor} x`);
      const facts = {
        commit: commit.slice(0, 12),
        stage: stageName,
        compressed: compressed.join(', '),
        Node: process.version,
      };
      return { title: 'Rehearsal', createdAt: new Date().toISOString(), facts, checks, runs };
    }),
  );
  const { page } = await writeReport(resolve(values.report), report);
  console.log(`${renderTerminal(report)}\n\n${textTable(watch.rows)}\n\nReport: ${page}`);
  if (!hasPassed(report)) process.exitCode = 1;
});

function chooseDrills(only: string | undefined): DrillOn<'rehearsal'>[] {
  return only?.split(',').map((name) => drillNamed('rehearsal', name)) ?? ALL_DRILLS;
}

function checkText({ check, passed, measured, expected }: Check): string {
  return `  ${passed ? '✓' : '✗'} ${check}: ${passed ? measured : `${measured}, expected ${expected}`}`;
}
