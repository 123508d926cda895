import { main } from './cli/main.ts';
import { ASSEMBLY, CDK_OPTIONS, synthesize, synthLine } from './stage/cdk.ts';

/** An image that is in no account: templates are the same with any image. */
const ANY_IMAGE = { id: 'ami-0123456789abcdef0', builtAt: '2026-11-21T00:00:00Z' };

await main(
  {
    name: 'synth',
    summary: 'Writes the CloudFormation templates of a stage and checks them with cdk-nag. Needs no account.',
    options: {
      ...CDK_OPTIONS,
      ami: { ...CDK_OPTIONS.ami, help: 'image to launch (default: a placeholder that exists in no account)' },
      output: { value: '<folder>', default: ASSEMBLY, help: 'where to write the templates' },
    },
    examples: [
      ['npm run synth', 'the dev stage'],
      ['npm run synth -- --stage prod --set allowPlainHttp=true', 'prod, without a certificate'],
    ],
  },
  async ({ values }) => {
    const { stage, set, output } = values;
    const image = values.ami ? [] : [`amiBuiltAt=${ANY_IMAGE.builtAt}`];
    await synthesize(synthLine({ stage, ami: values.ami ?? ANY_IMAGE.id, set: [...image, ...set] }, output));
    console.log(`The templates of stage ${stage} are in ${output}`);
  },
);
