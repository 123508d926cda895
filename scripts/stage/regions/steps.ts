import { DELETION_ORDER, OUTPUTS } from '../../../infra/contract.ts';
import { refuseOtherRegion } from './options.ts';

/** What a command does in one region: with the data stack alone, or with all stacks. */
export interface RegionStep {
  readonly region: string;
  readonly stacks: 'data' | 'all';
}

/**
 * The steps of a deployment. The data stacks of the other regions come first, because they have the keys of the
 * replicas; the other stacks of these regions come last, because they need the replicas of the home region's table. The
 * first step is for new regions only.
 *
 * @throws UsageError if `only` is none of the regions
 */
export function deploySteps(regions: readonly string[], only?: string): readonly RegionStep[] {
  refuseOtherRegion(regions, only);
  const others = regions.slice(1);
  const all = (region: string) => ({ region, stacks: 'all' }) as const;
  if (only !== undefined) return [all(only)];
  return [...others.map((region) => ({ region, stacks: 'data' }) as const), ...regions.map(all)];
}

/** The stacks to delete before the data stack. */
export const WITHOUT_DATA = DELETION_ORDER.filter((part) => part !== 'data');

/** Stacks to delete in a region. */
export interface DeletionPass {
  readonly region: string;
  readonly parts: readonly (typeof DELETION_ORDER)[number][];
}

/**
 * The deletion of a stage, in the reverse order of its deployment. The keys of the replicas, in the data stacks of the
 * other regions, go last: the home region's stack has the table with its replicas.
 *
 * @throws UsageError if `only` is none of the regions
 */
export function deletionPasses(regions: readonly string[], only?: string, keepData = false): readonly DeletionPass[] {
  refuseOtherRegion(regions, only);
  const all = keepData ? WITHOUT_DATA : DELETION_ORDER;
  if (only !== undefined) return [{ region: only, parts: all }];
  const [home = '', ...others] = regions;
  return [
    ...others.map((region) => ({ region, parts: WITHOUT_DATA })),
    { region: home, parts: all },
    ...(keepData ? [] : others.map((region) => ({ region, parts: ['data'] as const }))),
  ];
}

/** What the home region has made for the others. */
export interface MadeAtHome {
  readonly tableName: string;
  readonly secretArn: string;
}

/** What a dry run prints for what it cannot read. */
export function unreadMadeAtHome(home: string): MadeAtHome {
  const at = (output: string) => `<${output} of ${home}>`;
  return { tableName: at(OUTPUTS.data.tableName), secretArn: at(OUTPUTS.data.secretArn) };
}

/** The settings with which a region is synthesised, after those of `--set`. */
export function regionSettings(
  { region, stacks }: RegionStep,
  regions: readonly string[],
  made: MadeAtHome | undefined,
): readonly string[] {
  const isHome = region === regions[0];
  return [
    `regions=${regions.join(',')}`,
    `region=${region}`,
    ...(isHome || !made
      ? []
      : [`tableName=${made.tableName}`, `secretArn=${inRegion(made.secretArn, regions[0] ?? '', region)}`]),
    ...(stacks === 'data' ? ['only=data'] : []),
  ];
}

/**
 * The ARN of a replica of a secret: it differs from the secret's in the region only.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
 */
function inRegion(arn: string, from: string, to: string): string {
  return arn.replace(`:${from}:`, `:${to}:`);
}
