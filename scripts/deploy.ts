import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { wholeNumber } from './cli/values.ts';
import { CDK_OPTIONS, deployLine } from './stage/cdk.ts';
import { waitForHealthyFleet } from './stage/fleet.ts';

await main(
  {
    name: 'deploy',
    summary: 'Deploys a stage, rolls its instances to the image, and waits until the load balancer sees them healthy.',
    options: {
      ...CDK_OPTIONS,
      yes: { type: 'boolean', help: 'do not ask before permissions widen or ports open (CI)' },
      'wait-seconds': {
        type: 'string',
        value: '<n>',
        default: '600',
        schema: wholeNumber(1, 999_999),
        help: 'how long the fleet may take to be healthy after CloudFormation is done',
      },
      'dry-run': { type: 'boolean', help: 'print the command line and do nothing' },
    },
    examples: [
      ['npm run deploy', 'the dev stage, with the image of the last bake'],
      ['npm run deploy -- --stage prod --ami ami-0123456789abcdef0', 'prod, with an image by its id'],
    ],
  },
  async ({ values }) => {
    const stage = values.stage;
    const deadlineMs = values['wait-seconds'] * 1_000;
    const target = { stage, settings: values.set, amiId: values.ami };
    await run(deployLine(target, { approved: values.yes }), { dryRun: values['dry-run'] });
    if (values['dry-run']) return;
    const url = await waitForHealthyFleet(stage, deadlineMs);
    console.log(`Stage ${stage} answers at ${url}`);
    console.log(`Try it: npm run post -- --stage ${stage} --verify`);
  },
);
