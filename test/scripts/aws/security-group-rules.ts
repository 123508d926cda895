import { type Answers, type AwsAnswer, type AwsRequest, ec2Error } from './fake-aws.ts';
import { ec2Answer, queryAnswer } from './xml.ts';

const BALANCER_GROUP = 'sg-0ba1ba1ba1ba1ba1b';

/** The security group of the example's instances. */
export const APP_GROUP = 'sg-0a99a99a99a99a99a';

/** Answers of EC2 and CloudFormation about the rules of the example's instances; `rules` has them as they are now. */
export function rulesOnAws() {
  const rules = [
    { id: 'sgr-0001', isEgress: false, port: 8080, peer: BALANCER_GROUP, description: 'Load balancer to app' },
    { id: 'sgr-0002', isEgress: false, port: 22, peer: 'sg-0ba5ba5ba5ba5ba5b', description: 'Bastion to app' },
    { id: 'sgr-0003', isEgress: true, port: 443, peer: undefined, description: 'AWS' },
  ];
  const modify = ({ params }: AwsRequest): AwsAnswer => {
    const value = (name: string) => params[`SecurityGroupRule.1.SecurityGroupRule.${name}`];
    const rule = rules.find(({ id }) => id === params['SecurityGroupRule.1.SecurityGroupRuleId']);
    if (!rule || params['GroupId'] !== APP_GROUP) {
      return ec2Error(400, 'InvalidSecurityGroupRuleId.NotFound', 'The security group rule ID does not exist');
    }
    // EC2 replaces the whole rule, and refuses one without its other end.
    if (value('ReferencedGroupId') !== rule.peer || value('IpProtocol') !== 'tcp') {
      return ec2Error(400, 'InvalidParameterValue', 'You may not change the source type of a rule');
    }
    if (value('FromPort') !== value('ToPort')) return ec2Error(400, 'InvalidParameterValue', 'expected one port');
    rule.port = Number(value('FromPort'));
    rule.description = String(value('Description') ?? '');
    return ec2Answer('ModifySecurityGroupRules', { return: true });
  };
  const answers: Answers = {
    DescribeSecurityGroupRules: ({ params }) => {
      const isAsked = params['Filter.1.Name'] === 'group-id' && params['Filter.1.Value.1'] === APP_GROUP;
      const item = rules.map(({ id, isEgress, port, peer, description }) => ({
        securityGroupRuleId: id,
        groupId: APP_GROUP,
        isEgress,
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        description,
        ...(peer ? { referencedGroupInfo: { groupId: peer } } : { cidrIpv4: '0.0.0.0/0' }),
      }));
      return ec2Answer('DescribeSecurityGroupRules', { securityGroupRuleSet: { item: isAsked ? item : [] } });
    },
    ModifySecurityGroupRules: modify,
    DetectStackDrift: queryAnswer('DetectStackDrift', { StackDriftDetectionId: 'd-1' }),
    DescribeStackDriftDetectionStatus: queryAnswer('DescribeStackDriftDetectionStatus', {
      StackId: 'arn',
      StackDriftDetectionId: 'd-1',
      DetectionStatus: 'DETECTION_COMPLETE',
      Timestamp: '2026-11-27T12:00:00.000Z',
    }),
    DescribeStackResourceDrifts: () => {
      const [rule] = rules;
      const differences = ['/FromPort', '/ToPort'].map((PropertyPath) => ({
        PropertyPath,
        ExpectedValue: '8080',
        ActualValue: String(rule?.port),
        DifferenceType: 'NOT_EQUAL',
      }));
      const drifted = {
        StackId: 'arn',
        LogicalResourceId: 'FirewallAppfromLoadBalancer8080',
        ResourceType: 'AWS::EC2::SecurityGroupIngress',
        StackResourceDriftStatus: 'MODIFIED',
        Timestamp: '2026-11-27T12:00:00.000Z',
        PropertyDifferences: { member: differences },
      };
      const member = rule?.port === 8080 ? [] : [drifted];
      return queryAnswer('DescribeStackResourceDrifts', { StackResourceDrifts: { member } });
    },
  };
  return { answers, rules };
}
