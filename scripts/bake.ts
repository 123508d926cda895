import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeImage } from './aws/images-ec2.ts';
import { UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { withUndo } from './cli/undo.ts';
import { ARCHITECTURE_OPTION, parseArchitecture } from './image/architecture.ts';
import { BAKES_DIRECTORY } from './image/bakes.ts';
import { readCheckout, requireClean } from './image/commit.ts';
import { applyChanges, readPointers } from './image/hand-over.ts';
import { requireImage } from './image/image-tags.ts';
import { bakedImageId, MANIFEST } from './image/manifest.ts';
import { bakeVariables, imageName, packerCommand } from './image/packer-command.ts';
import { packPayload } from './image/payload.ts';
import { publishChanges } from './image/pointers.ts';
import { makeDirectory } from './image/staging.ts';
import { startTestDatabase } from './machine/fixtures.ts';

const DATABASE = { host: '127.0.0.1', port: 18_000, table: 'bake' } as const;

await main(
  {
    name: 'bake',
    summary: 'Bakes an AMI of the commit that is checked out, and publishes it as the candidate.',
    options: {
      architecture: ARCHITECTURE_OPTION,
      validate: { type: 'boolean', help: 'prepare everything, run packer validate, and bake nothing' },
      'dry-run': { type: 'boolean', help: 'print the packer command and do nothing on AWS' },
    },
    examples: [
      ['AWS_REGION=eu-west-1 npm run bake', 'an arm64 image in eu-west-1; PKR_VAR_… sets the other variables'],
    ],
  },
  async ({ values }) => {
    const architecture = parseArchitecture(values.architecture);
    const region = process.env['AWS_REGION'];
    if (!region) throw new UsageError('AWS_REGION is not set: expected the region to bake in, such as eu-west-1');
    const { validate, 'dry-run': dryRun } = values;
    const bakes = !validate && !dryRun;
    const checkout = await readCheckout();
    if (bakes) requireClean(checkout);
    const { commit } = checkout;
    // Before twenty minutes are spent: are there credentials, and may they read the pointers?
    const pointers = bakes ? await readPointers() : {};

    await withUndo(async (undo) => {
      await run(['npm', 'run', '--silent', 'build']);
      const directory = await makeDirectory(undo);
      const payload = await packPayload({ architecture, commit, directory });
      const name = imageName(payload.version, architecture, commit, new Date());
      const factsDirectory = join(BAKES_DIRECTORY, name);
      const bake = { imageName: name, commit, architecture, payload, factsDirectory, databasePort: DATABASE.port };
      if (bakes) await startTestDatabase(DATABASE, undo);
      if (!dryRun) await mkdir(factsDirectory, { recursive: true });
      await run(['packer', 'init', '.'], { dryRun });
      const variables = { ...bakeVariables(bake), region };
      await run(packerCommand(validate ? 'validate' : 'build', 'amazon-ebs.aws', variables, '.'), { dryRun });
      if (!bakes) return;

      const imageId = bakedImageId(await readFile(MANIFEST, 'utf8'), name, region);
      requireImage(await describeImage(imageId), { commit, architecture });
      await applyChanges(publishChanges(pointers, commit, imageId), false);
      console.log(`${imageId} is ${name}. Next: npm run promote`);
    });
  },
);
