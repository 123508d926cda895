import { Aws } from 'aws-cdk-lib';
import { CfnFlowLog, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** What to log, and where to. */
export interface FlowLogProps {
  readonly vpc: IVpc;
  readonly logGroup: ILogGroup;
  readonly traffic: 'REJECT' | 'ALL';
}

/** Logs the network's traffic to a log group with retention. */
export function addFlowLog(scope: Construct, id: string, { vpc, logGroup, traffic }: FlowLogProps): void {
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      resources: [logGroup.logGroupArn],
    }),
  );
  new CfnFlowLog(scope, id, {
    resourceType: 'VPC',
    resourceId: vpc.vpcId,
    trafficType: traffic,
    logDestinationType: 'cloud-watch-logs',
    logGroupName: logGroup.logGroupName,
    deliverLogsPermissionArn: role.roleArn,
    maxAggregationInterval: 60,
  });
}
