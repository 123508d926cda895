import { DELETION_ORDER, stackNames } from '../infra/contract.ts';
import { configuredRegion } from './aws/region.ts';
import type { Values } from './cli/arguments.ts';
import { confirm } from './cli/confirm.ts';
import { OperatorError, UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { STAGE_OPTION, wholeNumber } from './cli/values.ts';
import { CDK_OPTIONS } from './stage/cdk.ts';
import { deleteStacks, planDeletion } from './stage/deletion/deletion.ts';
import { retainedTable } from './stage/deletion/retained.ts';
import { regionSetting, useRegion } from './stage/region.ts';
import { enterRegion } from './stage/regions/home.ts';
import { REGIONS_OPTIONS, refuseOnlyAlone } from './stage/regions/options.ts';
import { refuseEncryptedTable, refuseUsedReplicas } from './stage/regions/replicas.ts';
import { deletionPasses, WITHOUT_DATA } from './stage/regions/steps.ts';
import { ROLE_OPTIONS, useRole } from './stage/role.ts';
import { listStages } from './stage/stages.ts';
import { expiredStages } from './stage/temporary/expired.ts';

await main(
  {
    name: 'destroy',
    summary:
      'Deletes the stacks of a stage after confirmation, and lists what is retained: table, keys, backups, buckets.',
    options: {
      stage: STAGE_OPTION,
      ...REGIONS_OPTIONS,
      ...ROLE_OPTIONS,
      set: {
        ...CDK_OPTIONS.set,
        help: 'region=<region> if the stage was deployed with it; other settings are ignored',
      },
      unprotect: {
        help: 'first turn off the deletion protection of stacks, load balancer and group; also delete spilled timestamps',
      },
      'keep-data': { help: 'delete all stacks except the data stack: table, bucket, key, secret and backups stay' },
      expired: { help: 'instead of one stage: every stage of the region that has expired (npm run deploy -- --ttl)' },
      'if-deployed': { help: 'succeed if the stage is not deployed (CI)' },
      yes: { help: 'answer the question in advance (CI)' },
      'wait-seconds': {
        value: '<n>',
        default: '3600',
        schema: wholeNumber(1, 999_999),
        help: 'how long the deletion of one stack may take',
      },
      'dry-run': { help: 'print what would be deleted and retained, and do nothing' },
    },
    examples: [
      ['npm run destroy -- --stage dev', 'asks, then deletes the dev stage'],
      ['npm run destroy -- --stage prod --unprotect', 'asks, turns off the protection of prod, then deletes it'],
      ['npm run destroy -- --stage prod --unprotect --keep-data', 'the same, but keeps the data stack'],
      ['npm run destroy -- --expired --dry-run', 'lists what has expired'],
      ['npm run destroy -- --stage dev --regions eu-west-1,eu-central-1', 'a stage in two regions'],
    ],
  },
  async ({ values }) => {
    refuseOnlyAlone(values);
    await (values.expired ? destroyExpired(values) : destroyStage(values));
  },
);

type DestroyValues = Values<typeof ROLE_OPTIONS> &
  Values<typeof REGIONS_OPTIONS> & {
    readonly stage: string;
    readonly set: readonly string[];
    readonly unprotect: boolean;
    readonly 'keep-data': boolean;
    readonly 'if-deployed': boolean;
    readonly yes: boolean;
    readonly 'wait-seconds': number;
    readonly 'dry-run': boolean;
  };

async function destroyStage(values: DestroyValues): Promise<void> {
  const { stage, set, regions } = values;
  const first = regions?.[0] ?? regionSetting(set);
  if (regions) enterRegion(first);
  else await useRegion(stage, first);
  await useRole(values);
  const passes = regions
    ? deletionPasses(regions, values.only, values['keep-data'])
    : [{ region: first, parts: values['keep-data'] ? WITHOUT_DATA : DELETION_ORDER }];
  const mayBeNone = regions !== undefined || values['if-deployed'];

  const plans: Planned[] = [];
  for (const pass of passes) {
    enterRegion(pass.region);
    // A region of which nothing is left was deleted before, by a command that was stopped.
    const plan = await planDeletion(stage, pass.region, pass.parts, mayBeNone);
    if (plan.stacks.length === 0) continue;
    plans.push({ ...plan, stage, region: pass.region });
    printPlan(plan, pass.region);
    // All regions: the home region's stack deletes the replicas before the stacks that have their keys.
    const isAfterHome = regions !== undefined && values.only === undefined && pass.region !== first;
    const data = dataStackOf(plan, stage);
    if (!isAfterHome) await refuseEncryptedTable(pass.region, data);
    const isAlone = regions === undefined || values.only !== undefined;
    if (isAlone) refuseUsedReplicas(stage, pass.region, data);
  }
  if (plans.length === 0 && values['if-deployed']) return console.log(`Stage ${stage} is not deployed`);
  if (plans.length === 0) throw new OperatorError(`stage ${stage} is deployed in none of these regions`);
  if (values['dry-run']) return;
  refuseProtected(plans, values);
  const count = plans.flatMap(({ stacks }) => stacks).length;
  const where = [...new Set(plans.map(({ region }) => region))].join(' and ');
  if (!values.yes) await confirm(`Delete ${count} stacks of stage ${stage} in ${where}?`, stage);
  for (const plan of plans) await carryOut(plan, values['wait-seconds'] * 1_000);
  const kept = plans.some((plan) => plan.kept);
  console.log(`Still billed: what is ${kept ? 'kept and ' : ''}retained above, and the images (npm run images:prune)`);
}

/** Deletes every stage of the region whose time is over. One that cannot be deleted does not keep the others. */
async function destroyExpired(values: DestroyValues): Promise<void> {
  if (values.regions || values['keep-data']) {
    throw new UsageError('--expired deletes all stacks in one region: expected it without --regions and --keep-data');
  }
  const region = await regionOf(values.set);
  await useRole(values);
  const { expired, busy } = expiredStages(await listStages(), new Date());
  for (const { stage, stack } of busy) {
    console.error(`Stage ${stage} has expired, but ${stack.name} is ${stack.status}: it is left for the next run`);
  }
  const failures: string[] = [];
  const attempt = async (stage: string, action: () => Promise<void>) => {
    try {
      await action();
    } catch (error) {
      failures.push(`stage ${stage}: ${(error as Error).message}`);
    }
  };
  const plans: Planned[] = [];
  for (const { stage } of expired) {
    await attempt(stage, async () => {
      const plan = { ...(await planDeletion(stage, region, DELETION_ORDER)), stage, region };
      await refuseEncryptedTable(region, dataStackOf(plan, stage));
      plans.push(plan);
      printPlan(plan, region);
    });
  }
  if (expired.length === 0) console.log(`No stage that can be deleted has expired in ${region}`);
  if (!values['dry-run'] && plans.length > 0) {
    const names = plans.map(({ stage }) => stage).join(', ');
    if (!values.yes) await confirm(`Delete ${names} in ${region}?`, names);
    for (const plan of plans) await attempt(plan.stage, () => destroyIfStillExpired(plan, values));
  }
  if (failures.length > 0)
    throw new OperatorError(`not everything that has expired is deleted: ${failures.join('; ')}`);
}

/** The question and the deletion of other stages take time, in which a deployment may extend the stage's time. */
async function destroyIfStillExpired(plan: Planned, values: DestroyValues): Promise<void> {
  const { expired } = expiredStages(await listStages(), new Date());
  if (!expired.some(({ stage }) => stage === plan.stage)) {
    console.error(`Stage ${plan.stage} is left: it was extended, changed or deleted meanwhile`);
    return;
  }
  refuseProtected([plan], values);
  await carryOut(plan, values['wait-seconds'] * 1_000);
}

/** The region of `--set`, or else the configured one, or else that of the settings. */
async function regionOf(set: readonly string[]): Promise<string> {
  const isGiven = set.some((entry) => entry.startsWith('region='));
  const region = isGiven ? undefined : await configuredRegion();
  enterRegion(region ?? regionSetting(set));
  return region ?? regionSetting(set);
}

/** @throws OperatorError that names what AWS refuses to delete, unless its protection may be ended */
function refuseProtected(plans: readonly Planned[], { unprotect }: Pick<DestroyValues, 'unprotect'>): void {
  const names = plans.flatMap(({ protections }) => protections.map(({ what }) => what));
  if (names.length === 0 || unprotect) return;
  throw new OperatorError(`${names.join(', ')} may not be deleted: pass --unprotect to allow it`);
}

type Planned = Awaited<ReturnType<typeof planDeletion>> & { readonly stage: string; readonly region: string };

/** The data stack, if it is one of those to delete. */
function dataStackOf({ stacks }: Pick<Planned, 'stacks'>, stage: string) {
  return stacks.find(({ name }) => name === stackNames(stage).data);
}

function printPlan({ stacks, kept, retained, protections }: Omit<Planned, 'stage' | 'region'>, region: string): void {
  console.log(`To be deleted in ${region}:\n${indented(stacks.map(({ name }) => name).join('\n'))}`);
  const buckets = stacks.flatMap((stack) => stack.buckets);
  if (buckets.length > 0) console.log(`Deleted with all their objects:\n${indented(buckets.join('\n'))}`);
  console.log(`Retained, and billed until you delete it:\n${indented(retainedTable(retained) || 'nothing')}`);
  if (kept) console.log(`Kept with all its resources, and billed:\n${indented(kept.name)}`);
  const names = protections.map(({ what }) => what);
  if (names.length > 0) console.log(`Protected against deletion:\n${indented(names.join('\n'))}`);
}

async function carryOut({ stage, region, stacks, kept, protections }: Planned, deadlineMs: number) {
  enterRegion(region);
  for (const { what, end } of protections) {
    console.error(`Ending the protection of ${what}`);
    await end();
  }
  await deleteStacks(stacks, deadlineMs);
  const left = kept ? `, except the stack ${kept.name}` : ': none of its stacks is left';
  console.log(`Stage ${stage} is deleted in ${region}${left}`);
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}
