import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeImage } from './aws/ec2.ts';
import { configuredRegion } from './aws/region.ts';
import { UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { withUndo } from './cli/undo.ts';
import { ARCHITECTURE_OPTION } from './image/architecture.ts';
import { checkBakeNeeds } from './image/bake-needs.ts';
import { readCheckout, requireClean } from './image/checkout.ts';
import {
  BAKE_DATABASE,
  bakedImageId,
  bakeVariables,
  copyVariables,
  packerCommand,
  prepareBake,
} from './image/packer.ts';
import { applyChanges, checkImage, publishChanges, readPointers } from './image/parameters.ts';
import { startTestDatabase } from './machine/fixtures.ts';
import { enterRegion, inEach } from './stage/regions/home.ts';
import { REGIONS_OPTIONS } from './stage/regions/options.ts';

await main(
  {
    name: 'bake',
    summary: 'Bakes an AMI of the commit that is checked out, and publishes it as the candidate.',
    options: {
      architecture: ARCHITECTURE_OPTION,
      regions: { ...REGIONS_OPTIONS.regions, help: 'bake in the first region, and copy the image to the others' },
      validate: { help: 'prepare everything, run packer validate, and bake nothing' },
      'dry-run': { help: 'print the packer command and do nothing on AWS' },
    },
    examples: [
      ['AWS_REGION=eu-west-1 npm run bake', 'an arm64 image in eu-west-1; PKR_VAR_… sets the other variables'],
      ['npm run bake -- --regions eu-west-1,eu-central-1', 'the same image in two regions'],
    ],
  },
  async ({ values: { architecture, regions: given, validate, 'dry-run': dryRun } }) => {
    if (given) enterRegion(given[0]);
    const region = await configuredRegion();
    if (!region) throw new UsageError('no region is set: expected AWS_REGION or a profile with the region to bake in');
    const regions = given ?? [region];
    const bakes = !validate && !dryRun;
    // A bake takes twenty minutes; missing credentials, permissions or resources fail here, before it.
    if (bakes) await checkBakeNeeds(architecture, region, process.env);
    const checkout = await readCheckout();
    if (bakes) requireClean(checkout);
    const { commit } = checkout;
    const pointers = bakes ? await inEach(regions, readPointers) : new Map();

    await withUndo(async (undo) => {
      await run(['npm', 'run', '--silent', 'build']);
      const directory = await mkdtemp(join(tmpdir(), 'stampede-bake-'));
      undo.later(directory, () => rm(directory, { recursive: true, force: true }));
      const bake = await prepareBake({ architecture, commit, directory });
      if (bakes) await startTestDatabase(BAKE_DATABASE, undo);
      if (!dryRun) await mkdir(bake.factsDirectory, { recursive: true });
      await run(['packer', 'init', '.'], { dryRun });
      const variables = { ...bakeVariables(bake), region, ...copyVariables(regions) };
      await run(packerCommand(validate ? 'validate' : 'build', 'amazon-ebs.aws', variables, '.'), { dryRun });
      if (!bakes) return;

      await inEach(regions, async (one) => {
        const imageId = await bakedImageId(bake.imageName, one);
        checkImage(await describeImage(imageId), commit, architecture);
        await applyChanges(publishChanges(pointers.get(one) ?? {}, commit, imageId), false);
        console.log(`${imageId} is ${bake.imageName}${regions.length > 1 ? ` in ${one}` : ''}. Next: npm run promote`);
      });
    });
  },
);
