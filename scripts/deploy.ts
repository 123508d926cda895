import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { wholeNumber } from './cli/values.ts';
import { CDK_OPTIONS, cdkLine } from './stage/cdk.ts';
import { waitForHealthyFleet } from './stage/fleet.ts';

await main(
  {
    name: 'deploy',
    summary: 'Deploys a stage, rolls its instances to the image, and waits until the load balancer sees them healthy.',
    options: {
      ...CDK_OPTIONS,
      yes: { help: 'do not ask before permissions widen or ports open (CI)' },
      'wait-seconds': {
        value: '<n>',
        default: '600',
        schema: wholeNumber(1, 999_999),
        help: 'how long the fleet may take to be healthy after CloudFormation is done',
      },
      'dry-run': { help: 'print the command line and do nothing' },
    },
    examples: [
      ['npm run deploy', 'the dev stage, with the image of the last bake'],
      ['npm run deploy -- --stage prod --ami ami-0123456789abcdef0', 'prod, with an image by its id'],
    ],
  },
  async ({ values }) => {
    const { stage, 'dry-run': dryRun } = values;
    // Without --yes, cdk asks before it widens permissions or opens ports.
    const approval = values.yes ? 'never' : 'broadening';
    await run(cdkLine(['deploy', '--all', '--require-approval', approval], values), { dryRun });
    if (dryRun) return;
    const url = await waitForHealthyFleet(stage, values['wait-seconds'] * 1_000);
    console.log(`Stage ${stage} answers at ${url}`);
    console.log(`Try it: npm run post -- --stage ${stage} --verify`);
  },
);
