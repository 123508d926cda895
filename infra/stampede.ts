import { type App, Tags } from 'aws-cdk-lib';
import { SERVICE_NAME } from '../server/contract.ts';
import type { Ami } from './ami.ts';
import { stackNames } from './contract.ts';
import { DataStack } from './data/stack.ts';
import { NetworkStack } from './network/stack.ts';
import { OperationsStack } from './operations/stack.ts';
import { ServiceStack } from './service/stack.ts';
import type { Settings } from './settings/table.ts';

/** Stage, settings and image of a deployment. */
export interface Deployment {
  readonly stage: string;
  readonly settings: Settings;
  readonly ami: Ami;
}

/** Adds the stacks of one stage, split by life cycle. Each depends only on those before it. */
export function addStampede(app: App, { stage, settings, ami }: Deployment) {
  const names = stackNames(stage);
  const common = {
    env: { region: settings.region },
    stage,
    settings,
    terminationProtection: settings.loadBalancerProtection,
  };

  const data = new DataStack(app, names.data, common);
  const network = new NetworkStack(app, names.network, { ...common, data });
  const service = new ServiceStack(app, names.service, { ...common, data, network, ami });
  const operations = new OperationsStack(app, names.operations, { ...common, data, network, service, ami });

  Tags.of(app).add('Service', SERVICE_NAME);
  Tags.of(app).add('Stage', stage);
  return { data, network, service, operations };
}

/** The stacks of one stage. */
export type Stampede = ReturnType<typeof addStampede>;
