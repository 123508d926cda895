import { readAssembly } from './account/assembly.ts';
import { reportChecks } from './account/report.ts';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { ASSEMBLY, CDK_OPTIONS, cdkLine, synthLine } from './stage/cdk.ts';
import { driftReport } from './stage/drift.ts';
import { useRegion } from './stage/region.ts';
import { ROLE_OPTIONS, useRole } from './stage/role.ts';

await main(
  {
    name: 'plan',
    summary: 'Checks what the account lacks, and shows what a deployment would change. Changes nothing.',
    options: {
      ...CDK_OPTIONS,
      ...ROLE_OPTIONS,
      drift: { help: 'also show what was changed outside of CloudFormation; takes minutes' },
    },
    examples: [
      ['npm run plan', 'the dev stage, with the image of the last bake'],
      ['npm run plan -- --stage prod --set nat=single', 'prod with one NAT gateway instead of one per zone'],
    ],
  },
  async ({ values }) => {
    const { stage } = values;
    await run(synthLine(values));
    const assembly = await readAssembly(ASSEMBLY, stage);
    await useRegion(stage, assembly.region);
    await useRole(values);
    await reportChecks(stage, assembly);
    await run(cdkLine('diff'));
    if (values.drift) console.log(await driftReport(stage));
  },
);
