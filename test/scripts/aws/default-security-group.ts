import { type Answers, type AwsAnswer, type AwsRequest, ec2Error } from './fake-aws.ts';
import { ec2Answer, type Xml } from './xml.ts';

/** The default security group of the example stage's network. */
export const DEFAULT_GROUP = 'sg-0def0def0def0def0';

const VPC = 'vpc-0123456789abcdef0';

type Direction = 'ingress' | 'egress';

/** The rules that AWS gives to the default group of a new VPC. */
const INITIAL = {
  ingress: { ipProtocol: '-1', groups: { item: [{ userId: '111122223333', groupId: DEFAULT_GROUP }] } },
  egress: { ipProtocol: '-1', ipRanges: { item: [{ cidrIp: '0.0.0.0/0' }] } },
} as const satisfies Readonly<Record<Direction, Xml>>;

/** The same rules as a request names them. */
const NAMED: Readonly<Record<Direction, Readonly<Record<string, string>>>> = {
  ingress: {
    'IpPermissions.1.IpProtocol': '-1',
    'IpPermissions.1.Groups.1.UserId': '111122223333',
    'IpPermissions.1.Groups.1.GroupId': DEFAULT_GROUP,
  },
  egress: { 'IpPermissions.1.IpProtocol': '-1', 'IpPermissions.1.IpRanges.1.CidrIp': '0.0.0.0/0' },
};

/** Answers of EC2 about the default security group; `rules` has what is left of its rules. */
export function defaultGroupOnAws(...initial: readonly Direction[]) {
  const rules = new Set<Direction>(initial);
  const revoke =
    (direction: Direction) =>
    ({ operation, params: { GroupId, ...named } }: AwsRequest): AwsAnswer => {
      if (GroupId !== DEFAULT_GROUP)
        return ec2Error(400, 'InvalidGroup.NotFound', `The security group '${GroupId}' does not exist`);
      if (Object.keys(named).length === 0) {
        const missing = `Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.`;
        return ec2Error(400, 'MissingParameter', missing);
      }
      const isRule = JSON.stringify(sorted(named)) === JSON.stringify(sorted(NAMED[direction]));
      if (!isRule || !rules.delete(direction))
        return ec2Error(400, 'InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
      return ec2Answer(operation, { return: true });
    };
  const answers: Answers = {
    DescribeSecurityGroups: ({ params }) => {
      const group = {
        ownerId: '111122223333',
        groupId: DEFAULT_GROUP,
        groupName: 'default',
        groupDescription: 'default VPC security group',
        vpcId: VPC,
        ipPermissions: { item: rules.has('ingress') ? [INITIAL.ingress] : [] },
        ipPermissionsEgress: { item: rules.has('egress') ? [INITIAL.egress] : [] },
      };
      const isAsked = JSON.stringify(sorted(params)) === JSON.stringify(sorted(FILTERS));
      return ec2Answer('DescribeSecurityGroups', { securityGroupInfo: { item: isAsked ? [group] : [] } });
    },
    RevokeSecurityGroupIngress: revoke('ingress'),
    RevokeSecurityGroupEgress: revoke('egress'),
  };
  return { answers, rules };
}

/** The only way to ask that fits the default group alone: another VPC has a group of this name as well. */
const FILTERS = {
  'Filter.1.Name': 'vpc-id',
  'Filter.1.Value.1': VPC,
  'Filter.2.Name': 'group-name',
  'Filter.2.Value.1': 'default',
};

const sorted = (params: Readonly<Record<string, unknown>>) =>
  Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : 1));
