import { type App, Tags } from 'aws-cdk-lib';
import { SERVICE_NAME } from '../server/contract.ts';
import type { Ami } from './ami.ts';
import { EXPIRES_TAG, stackNames } from './contract.ts';
import { DataStack } from './data/stack.ts';
import { NetworkStack } from './network/stack.ts';
import { OperationsStack } from './operations/stack.ts';
import { ServiceStack } from './service/stack.ts';
import { homeRegion, isHome } from './settings/regions.ts';
import type { Settings } from './settings/table.ts';

/** Stage, settings and image of a deployment. */
export interface Deployment {
  readonly stage: string;
  readonly settings: Settings;
  readonly ami: Ami;
  /** Time after which the stage may be deleted. @default - never */
  readonly expires?: string | undefined;
  /** Leaves the table out of the data stack, so that a restored one can take its place by `cdk import`. @default false */
  readonly withoutTable?: boolean | undefined;
}

/**
 * Adds the data stack alone. It is the first stack of a region other than the home region, because the replicas of table
 * and secret need its key. Alone, it has no exports, so it cannot be deployed once other stacks import from it.
 */
export function addDataStack(app: App, deployment: Omit<Deployment, 'ami'>): DataStack {
  const { stage, expires, settings, withoutTable } = deployment;
  if (withoutTable) refuseTableInUse(settings);
  Tags.of(app).add('Service', SERVICE_NAME);
  Tags.of(app).add('Stage', stage);
  // Not in the templates, which would differ with each deployment. CloudFormation copies it to the resources.
  if (expires) Tags.of(app).add(EXPIRES_TAG, expires, { includeResourceTypes: ['aws:cdk:stack'] });
  return new DataStack(app, stackNames(stage).data, { ...commonProps(deployment), withoutTable });
}

/** Adds the stacks of one stage in one region, split by life cycle. Each depends only on those before it. */
export function addStampede(app: App, { ami, ...deployment }: Deployment) {
  const { stage, settings } = deployment;
  refuseMissingReplicas(settings);
  const names = stackNames(stage);
  const common = commonProps({ stage, settings });

  const data = addDataStack(app, deployment);
  const network = new NetworkStack(app, names.network, { ...common, data });
  const service = new ServiceStack(app, names.service, { ...common, data, network, ami });
  const operations = new OperationsStack(app, names.operations, { ...common, data, network, service, ami });
  return { data, network, service, operations };
}

function commonProps({ stage, settings }: Omit<Deployment, 'ami'>) {
  const { region, loadBalancerProtection: terminationProtection } = settings;
  return { env: { region }, stage, settings, terminationProtection };
}

/** Throws if a stage uses the table that its data stack would lose. */
function refuseTableInUse({ tableName, regions }: Settings): void {
  if (tableName === '')
    throw new Error(
      'withoutTable leaves the table out, but the stage uses it. Use -c tableName=… with a restored table',
    );
  if (regions.length === 0) return;
  throw new Error(
    `withoutTable leaves the table out, but regions is ${regions.join(',')}: expected a stage in one region`,
  );
}

/** Throws if the stacks of another region do not know what the home region has made for them. */
function refuseMissingReplicas(settings: Settings): void {
  if (isHome(settings)) return;
  for (const name of ['tableName', 'secretArn'] as const) {
    if (settings[name] !== '') continue;
    throw new Error(
      `Setting ${name} is empty, but ${settings.region} is not the home region: expected that of ${homeRegion(settings)}. ` +
        `Use npm run deploy -- --regions ${settings.regions.join(',')}, which passes it`,
    );
  }
}

/** The stacks of one stage. */
export type Stampede = ReturnType<typeof addStampede>;
