import { confirm } from './cli/confirm.ts';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { textTable } from './cli/table.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { destroyLine } from './stage/cdk.ts';
import { type Demolition, surveyStage } from './stage/survey-stage.ts';

await main(
  {
    name: 'destroy',
    summary: 'Deletes the stacks of a stage after asking, and says what is retained: table, keys, backups, log bucket.',
    options: {
      stage: STAGE_OPTION,
      yes: { type: 'boolean', help: 'answer the question in advance (CI)' },
      'dry-run': { type: 'boolean', help: 'say what would go and what would stay, and do nothing' },
    },
    examples: [['npm run destroy -- --stage dev', 'asks, then deletes the dev stage']],
  },
  async ({ values }) => {
    const stage = values.stage;
    const demolition = await surveyStage(stage);
    console.log(describe(demolition));
    const dryRun = values['dry-run'];
    if (!values.yes && !dryRun) await confirm(`Delete ${demolition.stacks.length} stacks of stage ${stage}?`, stage);
    await run(destroyLine({ stage, amiId: demolition.amiId }), { dryRun });
    if (!dryRun)
      console.log(`Stage ${stage} is gone. What was retained still costs; delete it by hand when its time comes`);
  },
);

function describe({ stacks, retained }: Demolition): string {
  const kept = retained.length === 0 ? '  nothing' : indented(textTable(retained.map((r) => [r.type, r.physicalId])));
  return `To be deleted:\n${indented(stacks.join('\n'))}\nRetained, with the data in it:\n${kept}`;
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}
