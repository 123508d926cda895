import { confirm } from './cli/confirm.ts';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { textTable } from './cli/table.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { cdkLine } from './stage/cdk.ts';
import { planDeletion } from './stage/deletion.ts';

await main(
  {
    name: 'destroy',
    summary:
      'Deletes the stacks of a stage after asking, and lists what is retained: table, keys, backups, log bucket.',
    options: {
      stage: STAGE_OPTION,
      yes: { help: 'answer the question in advance (CI)' },
      'dry-run': { help: 'print what would be deleted and retained, and do nothing' },
    },
    examples: [['npm run destroy -- --stage dev', 'asks, then deletes the dev stage']],
  },
  async ({ values: { stage, yes, 'dry-run': dryRun } }) => {
    const { stacks, retained, ami } = await planDeletion(stage);
    const rows = retained.map(({ type, physicalId }) => [type, physicalId]);
    console.log(`To be deleted:\n${indented(stacks.join('\n'))}`);
    console.log(`Retained, with the data in it:\n${indented(textTable(rows) || 'nothing')}`);
    if (!yes && !dryRun) await confirm(`Delete ${stacks.length} stacks of stage ${stage}?`, stage);
    await run(cdkLine(['destroy', '--all', '--force'], { stage, ami }), { dryRun });
    if (!dryRun) console.log(`Stage ${stage} is deleted. Retained resources still cost; delete them by hand`);
  },
);

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}
