import { EC2, type IpPermission } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { CLIENT_SETTINGS, explained, fields, readList } from './call.ts';

/** Rules as EC2 describes them, which is also how a request names them. */
const permissions = z.array(z.custom<IpPermission>((value) => typeof value === 'object' && value !== null)).default([]);

const securityGroup = fields({
  id: ['GroupId', z.string()],
  inbound: ['IpPermissions', permissions],
  outbound: ['IpPermissionsEgress', permissions],
});

/** A security group with its rules. */
export type SecurityGroup = z.infer<typeof securityGroup>;

const client = () => new EC2(CLIENT_SETTINGS);

/** Reads the default security group of a VPC. EC2 lets nobody delete it or use its name for another one. */
export async function describeDefaultGroup(vpcId: string): Promise<SecurityGroup> {
  const filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'group-name', Values: ['default'] },
  ];
  const [found] = await readList(
    `read the default security group of ${vpcId}`,
    client().paginateDescribeSecurityGroups({ Filters: filters }),
    ({ SecurityGroups }) => SecurityGroups,
    securityGroup,
  );
  if (found) return found;
  throw new OperatorError(`there is no VPC ${vpcId} in this account and region: check AWS_REGION`);
}

/** Removes the rules of the default security group, as they were read. */
export async function removeRules({ id, inbound, outbound }: SecurityGroup): Promise<void> {
  const group = `rules of the default security group ${id}`;
  if (inbound.length > 0) {
    const call = client().revokeSecurityGroupIngress({ GroupId: id, IpPermissions: inbound });
    await explained(`remove the inbound ${group}`, call);
  }
  if (outbound.length > 0) {
    const call = client().revokeSecurityGroupEgress({ GroupId: id, IpPermissions: outbound });
    await explained(`remove the outbound ${group}`, call);
  }
}

const rule = fields({
  id: ['SecurityGroupRuleId', z.string()],
  groupId: ['GroupId', z.string()],
  isEgress: ['IsEgress', z.boolean()],
  protocol: ['IpProtocol', z.string()],
  from: ['FromPort', z.number().default(-1)],
  to: ['ToPort', z.number().default(-1)],
  description: ['Description', z.string().default('')],
  /** The group at the other end; undefined if it is a network. */
  peerGroup: ['ReferencedGroupInfo.GroupId', z.string().optional()],
});

/** A rule of a security group. */
export type SecurityGroupRule = z.infer<typeof rule>;

/** Reads the rules of security groups. */
export function describeRules(groupIds: readonly string[]): Promise<SecurityGroupRule[]> {
  return readList(
    `read the rules of ${groupIds.join(', ')}`,
    client().paginateDescribeSecurityGroupRules({ Filters: [{ Name: 'group-id', Values: [...groupIds] }] }),
    ({ SecurityGroupRules }) => SecurityGroupRules,
    rule,
  );
}

/** Sets the ports of a rule whose other end is a group. The rule keeps its id, by which CloudFormation knows it. */
export async function setPorts(changed: SecurityGroupRule, from: number, to: number): Promise<void> {
  const { id, groupId } = changed;
  const call = client().modifySecurityGroupRules({
    GroupId: groupId,
    SecurityGroupRules: [ruleWithPorts(changed, from, to)],
  });
  await explained(`change the rule ${id} of ${groupId}`, call);
}

/** The rule with other ports, as EC2 takes it: a change replaces all its values. */
export function ruleWithPorts({ id, protocol, description, peerGroup }: SecurityGroupRule, from: number, to: number) {
  const rule = { IpProtocol: protocol, FromPort: from, ToPort: to, ReferencedGroupId: peerGroup };
  return {
    SecurityGroupRuleId: id,
    SecurityGroupRule: { ...rule, ...(description && { Description: description }) },
  };
}
