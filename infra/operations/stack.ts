import { Annotations, Aws, CfnOutput, CrossStackReferences, ReferenceStrength } from 'aws-cdk-lib';
import { CfnGroup } from 'aws-cdk-lib/aws-resourcegroups';
import type { Construct } from 'constructs';
import { SERVICE_NAME } from '../../server/contract.ts';
import { Canary } from '../canary/canary.ts';
import { BRANCH_GITHUB_ENVIRONMENTS, DEFAULT_QUALIFIER, OUTPUTS } from '../contract.ts';
import { isHome, replicaRegions } from '../settings/regions.ts';
import { StageStack, type StageStackProps } from '../stage-stack.ts';
import { Alarms, type AlarmsProps } from './alarms/alarms.ts';
import { bakeStatements } from './bake-statements.ts';
import { branchStatements } from './branch-statements.ts';
import { addBudget } from './budget.ts';
import { serviceDashboard } from './dashboard.ts';
import { bootTestStatements, defaultGroupStatements, deployStatements } from './deploy-statements.ts';
import { appMetrics } from './metrics.ts';
import { pipelineRole } from './pipeline-role.ts';
import { volumeKeyStatements } from './volume-key-statements.ts';

export type OperationsStackProps = StageStackProps & Omit<AlarmsProps, 'metric' | 'canary'>;

/** Alarms, dashboard, budget, and pipeline roles. */
export class OperationsStack extends StageStack {
  constructor(scope: Construct, id: string, props: OperationsStackProps) {
    super(scope, id, { ...props, description: `Stampede ${props.stage}: alarms, dashboard and budget` });
    // Weak, so that what is only observed or named here may leave the other stacks, which are updated first.
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    const { data, network, service, ami, settings, stage } = props;
    const metric = appMetrics(stage, service.fleet.groupName);
    const canary = this.#canary(props);
    new Alarms(this, 'Alarms', { data, network, service, ami, metric, canary });
    if (isHome(settings)) {
      // It counts the costs of all regions.
      addBudget(this, 'Budget', { stage, monthlyUsd: settings.monthlyBudgetUsd, tickets: data.topics.ticket });
    }
    const dashboard = serviceDashboard(this, 'Dashboard', { data, network, service, metric, canary });

    new CfnGroup(this, 'Resources', {
      name: `${SERVICE_NAME}-${stage}`,
      description: 'All resources of this stage',
      resourceQuery: {
        type: 'TAG_FILTERS_1_0',
        query: {
          resourceTypeFilters: ['AWS::AllSupported'],
          tagFilters: [
            { key: 'Service', values: [SERVICE_NAME] },
            { key: 'Stage', values: [stage] },
          ],
        },
      },
    });
    // The roles of the home region deploy all regions, and those of the stage that bakes copy the image there.
    if (settings.githubRepository && isHome(settings)) this.#addPipelineRoles(settings.githubRepository, props);

    new CfnOutput(this, OUTPUTS.operations.dashboard, { value: dashboard.dashboardName });
    new CfnOutput(this, OUTPUTS.operations.pageTopicArn, { value: data.topics.page.topicArn });
    new CfnOutput(this, OUTPUTS.operations.ticketTopicArn, { value: data.topics.ticket.topicArn });
  }

  #canary({ data, service, settings, stage }: OperationsStackProps): Canary | undefined {
    if (!settings.canary) return undefined;
    const { canarySecret: secret, loadBalancer } = service;
    const { canary: logGroup } = data.logs;
    // Without TLS there is no certificate to check.
    const hasOwnName = settings.domainName !== '' || settings.certificateArn === '';
    return new Canary(this, 'Canary', { stage, url: loadBalancer.url, hasOwnName, secret, logGroup });
  }

  #addPipelineRoles(repository: string, { data, network, service }: OperationsStackProps): void {
    if (this.settings.bootstrapQualifier === DEFAULT_QUALIFIER) {
      Annotations.of(this).addWarningV2(
        'stampede:shared-bootstrap',
        `The pipeline of stage ${this.stage} deploys through the roles of the account's default bootstrap, so it can also deploy every other stage in this account and region. Use an account for each stage, or -c bootstrapQualifier=… (docs/pipeline.md)`,
      );
    }
    const { launchTemplate, role: instanceRole } = service.template;
    const common = { repository, environments: [this.stage] };
    const deploy = pipelineRole(this, 'DeployRole', {
      ...common,
      description: `Deploys and drills stage ${this.stage} from ${repository}`,
      statements: [
        ...deployStatements(this.stage, this.settings.bootstrapQualifier, [
          Aws.REGION,
          ...replicaRegions(this.settings),
        ]),
        ...defaultGroupStatements(network.defaultSecurityGroupId),
        ...bootTestStatements({ stage: this.stage, launchTemplate, instanceRole }),
        ...volumeKeyStatements(this.settings.volumeKeyArn),
      ],
    });
    // For the smoke test and the drill, which read timestamps back.
    data.secret.grantRead(deploy);
    const bake = pipelineRole(this, 'BakeRole', {
      ...common,
      description: `Bakes images for stage ${this.stage} from ${repository}`,
      statements: [
        ...bakeStatements(replicaRegions(this.settings)),
        ...volumeKeyStatements(this.settings.volumeKeyArn),
      ],
    });
    if (this.settings.branchEnvironments) {
      const branches = pipelineRole(this, 'BranchRole', {
        repository,
        environments: BRANCH_GITHUB_ENVIRONMENTS,
        description: `Deploys and deletes the environments of branches from ${repository}`,
        statements: branchStatements(this.settings.bootstrapQualifier),
      });
      new CfnOutput(this, 'BranchRoleArn', { value: branches.roleArn });
    }
    new CfnOutput(this, 'DeployRoleArn', { value: deploy.roleArn });
    new CfnOutput(this, 'BakeRoleArn', { value: bake.roleArn });
  }
}
