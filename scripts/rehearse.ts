import { resolve } from 'node:path';
import { UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { textTable } from './cli/table.ts';
import { withUndo } from './cli/undo.ts';
import { STAGE_OPTION } from './cli/values.ts';
import type { JudgedRun, Report } from './drills/core/report/page.ts';
import { hasPassed } from './drills/core/report/page.ts';
import { renderTerminal } from './drills/core/report/terminal.ts';
import { writeReport } from './drills/core/report/write.ts';
import type { VerdictLine } from './drills/core/run-record.ts';
import { proveStage } from './drills/rehearsal/checks.ts';
import { Clients } from './drills/rehearsal/clients.ts';
import { runDrill } from './drills/rehearsal/run-drill.ts';
import { DRILLS, type RehearsedDrill } from './drills/rehearsal/scenarios.ts';
import { sealedImage } from './drills/rehearsal/stage/images.ts';
import { openStage, TABLE_NAME } from './drills/rehearsal/stage/stage.ts';
import { readStageFacts, synthesizeStage } from './drills/rehearsal/stage/stage-facts.ts';
import { TIME_FACTORS } from './drills/rehearsal/stage/time-factors.ts';
import { readCheckout } from './image/checkout.ts';
import { Stopwatch } from './image/stopwatch.ts';
import { openSandbox } from './machine/sandbox.ts';

const command = {
  name: 'rehearse',
  summary: 'Runs the whole deployment on this machine, offline: proves it, breaks it, and judges how it recovers.',
  options: {
    stage: STAGE_OPTION,
    only: { type: 'string', value: '<drill,...>', help: `some of ${Object.keys(DRILLS).join(', ')}` },
    report: { type: 'string', value: '<folder>', default: '.data/rehearsal', help: 'where the report is written' },
  },
  examples: [['npm run rehearse -- --only steady,kill-instance', 'proofs and two drills']],
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
      const proofs: VerdictLine[] = await watch.time('proofs', () => proveStage(stage));
      const target = `http://${stage.loadBalancer.address}`;
      const clients = await watch.time('clients', () => Clients.start(target, stage.client, sandbox));
      const runs: JudgedRun[] = [];
      for (const [name, drill] of drills) {
        try {
          const judged = await watch.time(name, () => runDrill(name, drill, stage, clients));
          for (const line of judged.verdict.lines) console.error(verdictText(line));
          runs.push(judged);
        } catch (error) {
          // The stage is in an unknown state: what was seen so far is worth a report, further drills are not.
          const measured = error instanceof Error ? error.message : String(error);
          proofs.push({ promise: `${name} runs to its end`, kept: false, measured, expected: 'a verdict' });
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
      return { title: 'Rehearsal', createdAt: new Date().toISOString(), facts, proofs, runs };
    }),
  );
  const { page } = await writeReport(resolve(values.report), report);
  console.log(`${renderTerminal(report)}\n\n${textTable(watch.rows)}\n\nReport: ${page}`);
  if (!hasPassed(report)) process.exitCode = 1;
});

function chooseDrills(only: string | undefined): [string, RehearsedDrill][] {
  const names = only?.split(',') ?? Object.keys(DRILLS);
  return names.map((name) => {
    const drill = DRILLS[name];
    if (drill) return [name, drill];
    throw new UsageError(`there is no drill '${name}': expected ${Object.keys(DRILLS).join(', ')}`);
  });
}

function verdictText({ promise, kept, measured, expected }: VerdictLine): string {
  return `  ${kept ? '✓' : '✗'} ${promise}: ${kept ? measured : `${measured}, expected ${expected}`}`;
}
