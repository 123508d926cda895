import { type Account, arnIn, type LaunchTemplateFacts, type Right, type Tags } from './account.ts';
import type { AwsCall } from './call.ts';

/**
 * What EC2 evaluates for a launch from a launch template: each resource by itself. `ec2:IsLaunchTemplateResource` is
 * false for a resource that the request names instead of the template.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-for-amazon-ec2.html
 */
export function runInstancesRights(params: AwsCall['params'], account: Account): readonly Right[] {
  const templateId = String(params['LaunchTemplate.LaunchTemplateId']);
  const template = arnIn(account, 'ec2', `launch-template/${templateId}`);
  const { securityGroups, role, tags } = account.launchTemplate(templateId);
  const own = (resource: string) => arnIn(account, 'ec2', resource);
  const given = (name: string) => (params[name] === undefined ? undefined : String(params[name]));
  const image = given('ImageId');
  const subnet = given('SubnetId');
  const groups = Object.keys(params).filter((name) => name.startsWith('SecurityGroupId.'));
  const resources = [
    [own('instance/i-new'), true],
    [own('volume/vol-new'), true],
    // The interface takes its subnet from the request as well.
    [own('network-interface/eni-new'), subnet === undefined],
    [template, true],
    [`arn:aws:ec2:${account.region}::image/${image ?? 'ami-0123456789abcdef0'}`, image === undefined],
    [own(`subnet/${subnet ?? 'subnet-0123456789abcdef0'}`), subnet === undefined],
    ...(groups.length > 0
      ? groups.map((name) => [own(`security-group/${params[name]}`), false] as const)
      : securityGroups.map((id) => [own(`security-group/${id}`), true] as const)),
  ] as const;
  return [
    ...resources.map(([resource, isFromTemplate]): Right => {
      const launch = { 'ec2:LaunchTemplate': template, 'ec2:IsLaunchTemplateResource': String(isFromTemplate) };
      const context = { ...launch, ...keysOf('aws:ResourceTag', account.tagsOf(resource)) };
      return { action: 'ec2:RunInstances', resource, context };
    }),
    ...Object.entries(requestedTags(params, tags)).map(([type, requested]): Right => {
      const context = { 'ec2:CreateAction': 'RunInstances', ...keysOf('aws:RequestTag', requested) };
      return { action: 'ec2:CreateTags', resource: own(`${type}/new`), context };
    }),
    { action: 'iam:PassRole', resource: role, context: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
  ];
}

/** Tags of the created resources by their type: those of the template and of the request. */
function requestedTags(
  params: AwsCall['params'],
  ofTemplate: LaunchTemplateFacts['tags'],
): LaunchTemplateFacts['tags'] {
  const requested = Object.keys(params).flatMap((name) => {
    const prefix = /^TagSpecification\.\d+(?=\.ResourceType$)/.exec(name)?.[0];
    if (prefix === undefined) return [];
    const keys = Object.keys(params).filter((key) => key.startsWith(`${prefix}.Tag.`) && key.endsWith('.Key'));
    const tags = keys.map((key) => [String(params[key]), String(params[key.replace(/Key$/, 'Value')])]);
    const type = String(params[name]);
    return [[type, { ...ofTemplate[type], ...Object.fromEntries(tags) }]];
  });
  return { ...ofTemplate, ...Object.fromEntries(requested) };
}

function keysOf(prefix: 'aws:RequestTag' | 'aws:ResourceTag', tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${prefix}/${key}`, value]));
}
