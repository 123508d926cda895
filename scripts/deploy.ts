import { join } from 'node:path';
import { readAssembly } from './account/assembly.ts';
import { requireChecks } from './account/report.ts';
import { readResults } from './bench/report.ts';
import type { Values } from './cli/arguments.ts';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { wholeNumber } from './cli/values.ts';
import { readPricedStage } from './cost/stage.ts';
import { sustainedPriceText } from './cost/sustained-price.ts';
import { ASSEMBLY, CDK_OPTIONS, cdkLine, synthLine } from './stage/cdk.ts';
import { closeDefaultGroup } from './stage/default-security-group.ts';
import { withReason } from './stage/failure.ts';
import { waitForHealthyFleet } from './stage/fleet.ts';
import { useRegion } from './stage/region.ts';
import { ROLE_OPTIONS, useRole } from './stage/role.ts';
import { refuseBusyStacks } from './stage/stack-states.ts';

/** What the benchmark measured, in this checkout. */
const RESULTS = join(import.meta.dirname, '../docs/benchmarks/results.json');

await main(
  {
    name: 'deploy',
    summary:
      'Checks what the account lacks, deploys a stage, and waits until its instances are healthy in the load balancer.',
    options: {
      ...CDK_OPTIONS,
      ...ROLE_OPTIONS,
      yes: { help: 'do not ask before permissions widen or ports open (CI)' },
      'skip-checks': { help: 'do not check what the account lacks' },
      'wait-seconds': {
        value: '<n>',
        default: '600',
        schema: wholeNumber(1, 999_999),
        help: 'how long the fleet may take to be healthy after CloudFormation is done',
      },
      'dry-run': { help: 'print the command lines and do nothing' },
    },
    examples: [
      ['npm run deploy', 'the dev stage, with the image of the last bake'],
      ['npm run deploy -- --stage prod --ami ami-0123456789abcdef0', 'prod, with an image by its id'],
    ],
  },
  async ({ values }) => {
    const { stage, 'dry-run': dryRun } = values;
    await run(synthLine(values), { dryRun });
    if (!dryRun) await prepare(values);
    // Without --yes, cdk asks before it widens permissions or opens ports.
    const approval = values.yes ? 'never' : 'broadening';
    const line = cdkLine('deploy', '--all', '--require-approval', approval);
    if (dryRun) return await run(line, { dryRun });
    await withReason(stage, () => run(line));
    const url = await waitForHealthyFleet(stage, values['wait-seconds'] * 1_000);
    await closeDefaultGroup(stage);
    console.log(`Stage ${stage} answers at ${url}`);
    console.log(`Try it: npm run post -- --stage ${stage} --verify`);
  },
);

type PrepareOptions = Values<typeof ROLE_OPTIONS> & { readonly stage: string; readonly 'skip-checks': boolean };

/** Sets the region and the role, and refuses what would fail. */
async function prepare({ stage, 'skip-checks': skipChecks, ...role }: PrepareOptions): Promise<void> {
  const assembly = await readAssembly(ASSEMBLY, stage);
  await useRegion(stage, assembly.region);
  await useRole(role);
  await refuseBusyStacks(stage);
  if (!skipChecks) await requireChecks(stage, assembly);
  const priced = () => readPricedStage(assembly.templates, assembly.region);
  console.error(await sustainedPriceText(priced, () => readResults(RESULTS)));
}
