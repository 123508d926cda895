import { join } from 'node:path';
import { BRANCH_STAGE, stackNames } from '../infra/contract.ts';
import { markAsReported } from './account/annotations.ts';
import { readAssembly } from './account/assembly.ts';
import { requireChecks } from './account/report.ts';
import { findStack, findStacks } from './aws/cloudformation.ts';
import { readResults } from './bench/report.ts';
import type { Values } from './cli/arguments.ts';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { imageIdOrCurrent, wholeNumber } from './cli/values.ts';
import { readPricedStage } from './cost/stage.ts';
import { sustainedPriceText } from './cost/sustained-price.ts';
import { currentImage } from './image/parameters.ts';
import { ASSEMBLY, assemblyOf, CDK_OPTIONS, cdkLineOf, synthesize, synthLine } from './stage/cdk.ts';
import { closeDefaultGroup } from './stage/default-security-group.ts';
import { refuseBusyStacks } from './stage/deployable/stack-states.ts';
import { refuseFormerTable } from './stage/deployable/used-table.ts';
import { withReason } from './stage/failure.ts';
import { waitForHealthyFleet } from './stage/fleet.ts';
import { regionSetting, useRegion } from './stage/region.ts';
import { copyOfImage, enterRegion, readMadeAtHome } from './stage/regions/home.ts';
import { REGIONS_OPTIONS, refuseOnlyAlone } from './stage/regions/options.ts';
import { forgetRegions, refuseLostReplicas, refuseSecondTable } from './stage/regions/replicas.ts';
import { deploySteps, regionSettings, unreadMadeAtHome } from './stage/regions/steps.ts';
import { ROLE_OPTIONS, useRole } from './stage/role.ts';
import { refuseToExpire } from './stage/temporary/permanent.ts';
import { expirySettings, timeToLive } from './stage/temporary/time-to-live.ts';

/** What the benchmark measured, in this checkout. */
const RESULTS = join(import.meta.dirname, '../docs/benchmarks/results.json');

await main(
  {
    name: 'deploy',
    summary:
      'Checks what the account lacks, deploys a stage, and waits until its instances are healthy in the load balancer.',
    options: {
      ...CDK_OPTIONS,
      ...REGIONS_OPTIONS,
      ...ROLE_OPTIONS,
      ami: {
        ...CDK_OPTIONS.ami,
        schema: imageIdOrCurrent(),
        help: "image to launch, or current for the promoted one (default: the one in Packer's manifest)",
      },
      ttl: {
        value: '<time>',
        schema: timeToLive,
        help: 'deploy a temporary stage, which npm run destroy -- --expired deletes after this time',
      },
      'remove-replicas': { help: 'delete the replicas of regions that are not in --regions any more' },
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
      ['npm run deploy -- --stage pr-123 --ttl 8h --ami current', 'an environment for pull request 123'],
      ['npm run deploy -- --stage prod --regions eu-west-1,eu-central-1', 'prod in two regions, one after the other'],
    ],
  },
  async ({ values: given }) => {
    refuseOnlyAlone(given);
    const values = { ...given, set: [...given.set, ...expirySettings(given, new Date())] };
    if (values.regions) await deployRegions(values, values.regions);
    else await deployOne(values);
    if (values['dry-run']) return;
    console.log(`Try it: npm run post -- --stage ${values.stage} --verify`);
  },
);

type DeployValues = Values<typeof CDK_OPTIONS> &
  Values<typeof ROLE_OPTIONS> &
  Values<typeof REGIONS_OPTIONS> & {
    readonly yes: boolean;
    readonly 'remove-replicas': boolean;
    readonly ttl: number | undefined;
    readonly 'skip-checks': boolean;
    readonly 'wait-seconds': number;
    readonly 'dry-run': boolean;
  };

/** Deploys a stage in one region. */
async function deployOne(values: DeployValues): Promise<void> {
  const enter = useRoleIn(values);
  if (values.ami !== 'current' || values['dry-run']) return await deployStage(values, enter);
  await enter(regionSetting(values.set));
  const ami = await currentImage();
  // The role is assumed only once: it may ask for a code.
  await deployStage({ ...values, ami }, (region) => useRegion(values.stage, region));
}

/** Deploys the stacks of one region, and waits until its fleet is healthy. `enter` sets the region and the role. */
async function deployStage(
  values: DeployValues,
  enter: (region: string) => Promise<void>,
  folder = ASSEMBLY,
): Promise<void> {
  const { stage, 'dry-run': dryRun } = values;
  await synthesize(synthLine(values, folder), { dryRun });
  const line = deployLine(values, folder);
  if (dryRun) return await run(line, { dryRun });
  await markAsReported(folder);
  const { replicaRegions } = await prepare(values, folder, enter);
  await withReason(stage, () => run(line));
  const url = await waitForHealthyFleet(stage, values['wait-seconds'] * 1_000);
  if (values['remove-replicas'] && replicaRegions === '') await forgetRegions(stage);
  // The role that deploys branches may not: the group has no tag by which a policy could name it.
  if (!BRANCH_STAGE.pattern.test(stage)) await closeDefaultGroup(stage);
  console.log(`Stage ${stage} answers at ${url}`);
}

/** Deploys the regions of a stage one after the other: a region that fails ends the command before the next one. */
async function deployRegions(values: DeployValues, regions: readonly [string, ...string[]]): Promise<void> {
  const { stage, set, ami, only, 'dry-run': dryRun } = values;
  const [home] = regions;
  if (!dryRun) {
    enterRegion(home);
    await useRole(values);
  }
  const homeImage = ami === 'current' && !dryRun ? await currentImage() : ami;
  for (const step of deploySteps(regions, only)) {
    const { region } = step;
    enterRegion(region);
    // Alone, the data stack exports nothing: CloudFormation would refuse it once other stacks import from it.
    if (step.stacks === 'data' && !dryRun && (await findStack(stackNames(stage).network))) continue;
    console.error(`\n${region}: ${step.stacks === 'all' ? 'all stacks' : 'the data stack'} of stage ${stage}`);
    const made = dryRun ? unreadMadeAtHome(home) : await readMadeAtHome(stage, home);
    const image = homeImage && !dryRun ? await copyOfImage(homeImage, home, region) : homeImage;
    const settings = [...set, ...regionSettings(step, regions, made)];
    const ofRegion = { ...values, set: settings, ami: step.stacks === 'data' ? undefined : image };
    enterRegion(region);
    const folder = assemblyOf(step);
    if (step.stacks === 'all') await deployStage(ofRegion, async () => {}, folder);
    else await deployData(ofRegion, region, folder);
  }
}

/** Deploys the data stack of a region, which has the key of its replicas. */
async function deployData(values: DeployValues, region: string, folder: string): Promise<void> {
  const { stage, 'dry-run': dryRun } = values;
  await synthesize(synthLine(values, folder), { dryRun });
  const line = deployLine(values, folder);
  if (dryRun) return await run(line, { dryRun });
  await markAsReported(folder);
  const { stacks, data } = await readStacks(stage);
  refuseBusyStacks(stage, stacks);
  // Only the home region has replicas, and it stays the home region.
  refuseLostReplicas(stage, region, data, '');
  await withReason(stage, () => run(line));
}

/** Without --yes, cdk asks before it widens permissions or opens ports. */
function deployLine({ yes }: DeployValues, folder: string) {
  return cdkLineOf(folder, 'deploy', '--all', '--require-approval', yes ? 'never' : 'broadening');
}

/** Sets the region of a stage in one region, and the role. */
function useRoleIn(values: DeployValues) {
  return async (region: string) => {
    await useRegion(values.stage, region);
    await useRole(values);
  };
}

/** Refuses what would fail, and prints the price; returns what was synthesised. */
async function prepare(
  { stage, set, ttl, 'skip-checks': skipChecks, 'remove-replicas': removeReplicas }: DeployValues,
  folder: string,
  enter: (region: string) => Promise<void>,
) {
  const assembly = await readAssembly(folder, stage);
  const { region, ownTable } = assembly;
  await enter(region);
  const { stacks, data } = await readStacks(stage);
  refuseBusyStacks(stage, stacks);
  if (ttl !== undefined) refuseToExpire(stage, stacks);
  if (!removeReplicas) refuseLostReplicas(stage, region, data, assembly.replicaRegions);
  refuseSecondTable(stage, region, data, assembly.homeSecret);
  refuseFormerTable({ stage, set, ownTable }, data);
  if (!skipChecks) await requireChecks(stage, assembly);
  const priced = () => readPricedStage(assembly.templates, region);
  console.error(await sustainedPriceText(priced, () => readResults(RESULTS)));
  return assembly;
}

/** Reads the stacks of a stage, as they are deployed in this region. */
async function readStacks(stage: string) {
  const names = stackNames(stage);
  const stacks = await findStacks(Object.values(names));
  return { stacks, data: stacks.find(({ name }) => name === names.data) };
}
