import { type Account, arnIn, type Right } from './account.ts';
import type { AwsCall } from './call.ts';

/**
 * What EC2 evaluates for a launch from a launch template: each resource by itself. `ec2:IsLaunchTemplateResource` is
 * false for a resource that the request names instead of the template.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-for-amazon-ec2.html
 */
export function runInstancesRights(params: AwsCall['params'], account: Account): readonly Right[] {
  const templateId = String(params['LaunchTemplate.LaunchTemplateId']);
  const template = arnIn(account, 'ec2', `launch-template/${templateId}`);
  const { securityGroups, role } = account.launchTemplate(templateId);
  const own = (resource: string) => arnIn(account, 'ec2', resource);
  const given = (name: string) => (params[name] === undefined ? undefined : String(params[name]));
  const image = given('ImageId');
  const subnet = given('SubnetId');
  const groups = Object.keys(params).filter((name) => name.startsWith('SecurityGroupId.'));
  const resources = [
    [own('instance/i-new'), true],
    [own('volume/vol-new'), true],
    [own('network-interface/eni-new'), true],
    [template, true],
    [`arn:aws:ec2:${account.region}::image/${image ?? 'ami-0123456789abcdef0'}`, image === undefined],
    [own(`subnet/${subnet ?? 'subnet-0123456789abcdef0'}`), subnet === undefined],
    ...(groups.length > 0
      ? groups.map((name) => [own(`security-group/${params[name]}`), false] as const)
      : securityGroups.map((id) => [own(`security-group/${id}`), true] as const)),
  ] as const;
  return [
    ...resources.map(([resource, isFromTemplate]): Right => {
      const tags = Object.entries(account.tagsOf(resource)).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
      const context = { 'ec2:LaunchTemplate': template, 'ec2:IsLaunchTemplateResource': String(isFromTemplate) };
      return { action: 'ec2:RunInstances', resource, context: { ...context, ...Object.fromEntries(tags) } };
    }),
    ...taggedTypes(params).map(({ type, tags }): Right => {
      const requested = Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value]);
      const context = { 'ec2:CreateAction': 'RunInstances', ...Object.fromEntries(requested) };
      return { action: 'ec2:CreateTags', resource: own(`${type}/new`), context };
    }),
    { action: 'iam:PassRole', resource: role, context: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
  ];
}

/** Resource types that the request tags, with their tags. */
function taggedTypes(params: AwsCall['params']) {
  const numbers = Object.keys(params).flatMap(
    (name) => /^TagSpecification\.(\d+)\.ResourceType$/.exec(name)?.[1] ?? [],
  );
  return numbers.map((number) => {
    const prefix = `TagSpecification.${number}`;
    const keys = Object.keys(params).filter((name) => name.startsWith(`${prefix}.Tag.`) && name.endsWith('.Key'));
    const tags = keys.map((name) => [String(params[name]), String(params[name.replace(/Key$/, 'Value')])]);
    return { type: String(params[`${prefix}.ResourceType`]), tags: Object.fromEntries(tags) as Record<string, string> };
  });
}
