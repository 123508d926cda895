import { confirm } from './cli/confirm.ts';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { textTable } from './cli/table.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { destroyLine } from './stage/cdk.ts';
import { type Deletion, planDeletion } from './stage/deletion.ts';

await main(
  {
    name: 'destroy',
    summary:
      'Deletes the stacks of a stage after asking, and lists what is retained: table, keys, backups, log bucket.',
    options: {
      stage: STAGE_OPTION,
      yes: { type: 'boolean', help: 'answer the question in advance (CI)' },
      'dry-run': { type: 'boolean', help: 'print what would be deleted and retained, and do nothing' },
    },
    examples: [['npm run destroy -- --stage dev', 'asks, then deletes the dev stage']],
  },
  async ({ values }) => {
    const stage = values.stage;
    const deletion = await planDeletion(stage);
    console.log(describe(deletion));
    const dryRun = values['dry-run'];
    if (!values.yes && !dryRun) await confirm(`Delete ${deletion.stacks.length} stacks of stage ${stage}?`, stage);
    await run(destroyLine({ stage, amiId: deletion.amiId }), { dryRun });
    if (!dryRun) console.log(`Stage ${stage} is deleted. Retained resources still cost; delete them by hand`);
  },
);

function describe({ stacks, retained }: Deletion): string {
  const kept = retained.length === 0 ? '  nothing' : indented(textTable(retained.map((r) => [r.type, r.physicalId])));
  return `To be deleted:\n${indented(stacks.join('\n'))}\nRetained, with the data in it:\n${kept}`;
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}
