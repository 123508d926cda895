import { z } from 'zod';
import { alarmTopicName } from '../../infra/contract.ts';
import { refersTo, StageTemplates } from '../scaling/template/stage.ts';
import { readSubnet } from '../scaling/template/subnets.ts';
import type { Assembly } from './assembly.ts';

const templateReference = z.object({ LaunchTemplateId: z.string() });

const groupSchema = z.object({
  MinSize: z.coerce.number(),
  MaxSize: z.coerce.number(),
  TargetGroupARNs: z.array(z.string()).default([]),
  VPCZoneIdentifier: z.array(z.string()).default([]),
  LaunchTemplate: templateReference.optional(),
  MixedInstancesPolicy: z
    .object({
      LaunchTemplate: z.object({
        LaunchTemplateSpecification: templateReference,
        Overrides: z.array(z.object({ InstanceType: z.string().optional() })).default([]),
      }),
    })
    .optional(),
});

const launchTemplateSchema = z.object({
  LaunchTemplateData: z.object({ InstanceType: z.string(), ImageId: z.string().default('') }),
});

const natGatewaySchema = z.object({
  AvailabilityMode: z.string().default('zonal'),
  AllocationId: z.string().optional(),
});

const topicSchema = z.object({ DisplayName: z.string().default('') });
const subscriptionSchema = z.object({ Protocol: z.string(), TopicArn: z.string() });
const channelSchema = z.object({ SnsTopicArns: z.array(z.string()).default([]) });

/** What a group of the stage needs. */
export type GroupNeeds = ReturnType<typeof needsOfGroup>;

/** What a stage requires of its account and region. */
export type StageNeeds = ReturnType<typeof readNeeds>;

/** Reads from the synthesised templates what a stage needs. */
export function readNeeds(stage: string, { region, templates, bootstrap }: Assembly) {
  const resources = new StageTemplates(templates, (name) => (name === 'AWS::Region' ? region : undefined));
  const groups = resources
    .list('AWS::AutoScaling::AutoScalingGroup', groupSchema)
    .map(({ properties }) => needsOfGroup(resources, properties));
  const zones = new Set(groups.flatMap((group) => group.zones));
  // A regional NAT gateway allocates an address in each zone by itself.
  const regional = resources
    .list('AWS::EC2::NatGateway', natGatewaySchema)
    .filter(({ properties }) => properties.AvailabilityMode === 'regional' && properties.AllocationId === undefined);
  const allocated = resources.list('AWS::EC2::EIP', z.object({}));
  const recipients = { page: recipientsOf(resources, stage, 'page'), ticket: recipientsOf(resources, stage, 'ticket') };
  return { stage, region, bootstrap, groups, elasticIps: allocated.length + regional.length * zones.size, recipients };
}

/** How the alarms of a priority reach people: protocols of subscriptions, and `Slack`. */
function recipientsOf(resources: StageTemplates, stage: string, priority: 'page' | 'ticket'): string[] {
  const name = alarmTopicName(stage, priority);
  const topic = resources
    .list('AWS::SNS::Topic', topicSchema)
    .find(({ properties }) => properties.DisplayName === name);
  if (!topic) return [];
  const subscriptions = resources
    .list('AWS::SNS::Subscription', subscriptionSchema)
    .filter(({ properties }) => refersTo(properties.TopicArn, topic));
  const channels = resources
    .list('AWS::Chatbot::SlackChannelConfiguration', channelSchema)
    .filter(({ properties }) => properties.SnsTopicArns.some((arn) => refersTo(arn, topic)));
  return [...subscriptions.map(({ properties }) => properties.Protocol), ...channels.map(() => 'Slack')];
}

function needsOfGroup(resources: StageTemplates, group: z.output<typeof groupSchema>) {
  const mixed = group.MixedInstancesPolicy?.LaunchTemplate;
  const id = (mixed?.LaunchTemplateSpecification ?? group.LaunchTemplate)?.LaunchTemplateId;
  const { LaunchTemplateData } = resources.find('AWS::EC2::LaunchTemplate', id, launchTemplateSchema).properties;
  const overrides = mixed?.Overrides.flatMap(({ InstanceType }) => InstanceType ?? []) ?? [];
  const subnets = group.VPCZoneIdentifier.map((reference) => readSubnet(resources, reference));
  return {
    min: group.MinSize,
    max: group.MaxSize,
    /** Whether a deployment refreshes its instances: those of the fleet, but not the bastion. */
    isRefreshed: group.TargetGroupARNs.length > 0,
    /** Any of these may be launched. */
    instanceTypes: overrides.length > 0 ? overrides : [LaunchTemplateData.InstanceType],
    /** Undefined when AWS looks the image up at launch. */
    imageId: LaunchTemplateData.ImageId.startsWith('ami-') ? LaunchTemplateData.ImageId : undefined,
    zones: [...new Set(subnets.map(({ zone }) => zone))],
  };
}
