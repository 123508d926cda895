import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { CDK_OPTIONS, cdkLine } from './stage/cdk.ts';

await main(
  {
    name: 'plan',
    summary: 'Shows what a deploy would change, a new image included. Changes nothing.',
    options: CDK_OPTIONS,
    examples: [
      ['npm run plan', 'the dev stage, with the image of the last bake'],
      ['npm run plan -- --stage prod --set nat=single', 'prod with one NAT gateway instead of one per zone'],
    ],
  },
  ({ values }) => run(cdkLine(['diff'], values)),
);
