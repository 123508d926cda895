import { confirm } from './cli/confirm.ts';
import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { STAGE_OPTION, wholeNumber } from './cli/values.ts';
import { CDK_OPTIONS } from './stage/cdk.ts';
import { deleteStacks, planDeletion } from './stage/deletion/deletion.ts';
import { retainedTable } from './stage/deletion/retained.ts';
import { regionSetting, useRegion } from './stage/region.ts';
import { ROLE_OPTIONS, useRole } from './stage/role.ts';

await main(
  {
    name: 'destroy',
    summary:
      'Deletes the stacks of a stage after confirmation, and lists what is retained: table, keys, backups, buckets.',
    options: {
      stage: STAGE_OPTION,
      ...ROLE_OPTIONS,
      set: {
        ...CDK_OPTIONS.set,
        help: 'region=<region> if the stage was deployed with it; other settings are ignored',
      },
      unprotect: {
        help: 'first turn off the deletion protection of stacks, load balancer and group; also delete spilled timestamps',
      },
      'keep-data': { help: 'delete all stacks except the data stack: table, bucket, key, secret and backups stay' },
      yes: { help: 'answer the question in advance (CI)' },
      'wait-seconds': {
        value: '<n>',
        default: '3600',
        schema: wholeNumber(1, 999_999),
        help: 'how long the deletion of one stack may take',
      },
      'dry-run': { help: 'print what would be deleted and retained, and do nothing' },
    },
    examples: [
      ['npm run destroy -- --stage dev', 'asks, then deletes the dev stage'],
      ['npm run destroy -- --stage prod --unprotect', 'asks, turns off the protection of prod, then deletes it'],
      ['npm run destroy -- --stage prod --unprotect --keep-data', 'the same, but keeps the data stack'],
    ],
  },
  async ({ values }) => {
    const { stage, set, unprotect, 'keep-data': keepData, yes, 'dry-run': dryRun } = values;
    const region = regionSetting(set);
    await useRegion(stage, region);
    await useRole(values);
    const { stacks, kept, retained, protections } = await planDeletion(stage, region, keepData);
    const protectedNames = protections.map(({ what }) => what);
    console.log(`To be deleted in ${region}:\n${indented(stacks.map(({ name }) => name).join('\n'))}`);
    const buckets = stacks.flatMap((stack) => stack.buckets);
    if (buckets.length > 0) console.log(`Deleted with all their objects:\n${indented(buckets.join('\n'))}`);
    console.log(`Retained, and billed until you delete it:\n${indented(retainedTable(retained) || 'nothing')}`);
    if (kept) console.log(`Kept with all its resources, and billed:\n${indented(kept.name)}`);
    if (protectedNames.length > 0) console.log(`Protected against deletion:\n${indented(protectedNames.join('\n'))}`);
    if (dryRun) return;
    if (protectedNames.length > 0 && !unprotect) {
      throw new OperatorError(`${protectedNames.join(', ')} may not be deleted: pass --unprotect to allow it`);
    }
    if (!yes) await confirm(`Delete ${stacks.length} stacks of stage ${stage} in ${region}?`, stage);

    for (const { what, end } of protections) {
      console.error(`Ending the protection of ${what}`);
      await end();
    }
    await deleteStacks(stacks, values['wait-seconds'] * 1_000);
    const left = kept ? `, except the stack ${kept.name}` : ': none of its stacks is left';
    console.log(`Stage ${stage} is deleted in ${region}${left}`);
    console.log(
      `Still billed: what is ${kept ? 'kept and ' : ''}retained above, and the images (npm run images:prune)`,
    );
  },
);

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}
