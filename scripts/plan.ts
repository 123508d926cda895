import { markAsReported } from './account/annotations.ts';
import { readAssembly } from './account/assembly.ts';
import { reportChecks } from './account/report.ts';
import type { Values } from './cli/arguments.ts';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { ASSEMBLY, assemblyOf, CDK_OPTIONS, cdkLineOf, synthesize, synthLine } from './stage/cdk.ts';
import { driftReport } from './stage/drift.ts';
import { useRegion } from './stage/region.ts';
import { copyOfImage, enterRegion, readMadeAtHome } from './stage/regions/home.ts';
import { chosenRegions, REGIONS_OPTIONS, refuseOnlyAlone } from './stage/regions/options.ts';
import { regionSettings } from './stage/regions/steps.ts';
import { ROLE_OPTIONS, useRole } from './stage/role.ts';

await main(
  {
    name: 'plan',
    summary: 'Checks what the account lacks, and shows what a deployment would change. Changes nothing.',
    options: {
      ...CDK_OPTIONS,
      ...REGIONS_OPTIONS,
      ...ROLE_OPTIONS,
      drift: { help: 'also show what was changed outside of CloudFormation; takes minutes' },
    },
    examples: [
      ['npm run plan', 'the dev stage, with the image of the last bake'],
      ['npm run plan -- --stage prod --set nat=single', 'prod with one NAT gateway instead of one per zone'],
    ],
  },
  async ({ values }) => {
    refuseOnlyAlone(values);
    if (values.regions) return await planRegions(values, values.regions);
    await planStage(values, ASSEMBLY, async (region) => {
      await useRegion(values.stage, region);
      await useRole(values);
    });
  },
);

type PlanValues = Values<typeof CDK_OPTIONS> &
  Values<typeof ROLE_OPTIONS> &
  Values<typeof REGIONS_OPTIONS> & { readonly drift: boolean };

async function planStage(values: PlanValues, folder: string, enter: (region: string) => Promise<void>): Promise<void> {
  const { stage } = values;
  await synthesize(synthLine(values, folder));
  await markAsReported(folder);
  const assembly = await readAssembly(folder, stage);
  await enter(assembly.region);
  await reportChecks(stage, assembly);
  await run(cdkLineOf(folder, 'diff'));
  if (values.drift) console.log(await driftReport(stage));
}

/** Before the first deployment at home, the stacks of the other regions cannot be synthesised, and nothing is there. */
async function planRegions(values: PlanValues, regions: readonly [string, ...string[]]): Promise<void> {
  const { stage, set, ami, only } = values;
  const [home] = regions;
  enterRegion(home);
  await useRole(values);
  const made = await readMadeAtHome(stage, home);
  for (const region of chosenRegions(regions, only)) {
    console.error(`\n${region}:`);
    if (!made && region !== home) {
      console.log(`${region} would get all stacks of stage ${stage}, once ${home} is deployed`);
      continue;
    }
    const image = ami && (await copyOfImage(ami, home, region));
    const step = { region, stacks: 'all' } as const;
    const settings = [...set, ...regionSettings(step, regions, made)];
    enterRegion(region);
    await planStage({ ...values, set: settings, ami: image }, assemblyOf(step), async () => {});
  }
}
