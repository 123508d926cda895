import { CfnOutput } from 'aws-cdk-lib';
import { CfnGroup } from 'aws-cdk-lib/aws-resourcegroups';
import type { Construct } from 'constructs';
import { OUTPUTS, SERVICE_NAME } from '../../server/contract.ts';
import type { Ami } from '../ami.ts';
import type { DataStack } from '../data/stack.ts';
import type { NetworkStack } from '../network/stack.ts';
import type { ServiceStack } from '../service/stack.ts';
import { StageStack, type StageStackProps } from '../stage-stack.ts';

/** What is watched. */
export interface OperationsStackProps extends StageStackProps {
  readonly data: DataStack;
  readonly network: NetworkStack;
  readonly service: ServiceStack;
  readonly ami: Ami;
}

/** What people watch the service with, and what wakes them. */
export class OperationsStack extends StageStack {
  constructor(scope: Construct, id: string, props: OperationsStackProps) {
    super(scope, id, { ...props, description: `Stampede ${props.stage}: alarms, dashboard and budget` });
    const { data, stage } = props;
    new CfnGroup(this, 'Resources', {
      name: `${SERVICE_NAME}-${stage}`,
      description: 'Everything of this stage',
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
    new CfnOutput(this, OUTPUTS.operations.topicArn, { value: data.people.topicArn });
  }
}
