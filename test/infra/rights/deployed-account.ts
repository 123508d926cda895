import { z } from 'zod';
import type { Account, Tags } from '../../../scripts/rights/account.ts';
import type { StageTemplates } from '../../../scripts/scaling/template/stage.ts';
import { PLACE } from './stage-account.ts';

const tagList = z.array(z.object({ Key: z.string(), Value: z.string() }));
const templateSchema = z.object({
  LaunchTemplateData: z.object({
    SecurityGroupIds: z.array(z.string()).default([]),
    TagSpecifications: z.array(z.object({ ResourceType: z.string(), Tags: tagList })).default([]),
  }),
});
const groupSchema = z.object({
  Tags: z.array(z.object({ Key: z.string(), Value: z.string(), PropagateAtLaunch: z.boolean() })),
});
const subnetSchema = z.object({ Tags: tagList });

const tagsFrom = (list: z.infer<typeof tagList>): Tags =>
  Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));

/** An account with one deployed stage: tags of its resources, as the templates give them. `instances` has more. */
export function accountWith(resources: StageTemplates, roleName: string, instances = new Map<string, Tags>()): Account {
  const groups = resources.list('AWS::AutoScaling::AutoScalingGroup', groupSchema);
  const templates = resources.list('AWS::EC2::LaunchTemplate', templateSchema);
  const subnets = resources.list('AWS::EC2::Subnet', subnetSchema);
  const fleet = groups.find(({ logicalId }) => logicalId.startsWith('Fleet'))?.properties.Tags ?? [];
  const fleetTags = tagsFrom(fleet.filter(({ PropagateAtLaunch }) => PropagateAtLaunch));
  const subnetTags = tagsFrom(subnets[0]?.properties.Tags ?? []);
  return {
    ...PLACE,
    tagsOf: (arn) => {
      const [type, id = ''] = (arn.split(':').at(-1) ?? '').split('/');
      if (type === 'image') return { Service: 'stampede' };
      if (type === 'subnet') return subnetTags;
      if (type === 'instance' && !id.endsWith('new')) return instances.get(id) ?? fleetTags;
      return {};
    },
    launchTemplate: (id) => {
      const found = templates.find(({ ref }) => ref === id);
      if (!found) throw new Error(`there is no launch template ${id}`);
      const { SecurityGroupIds, TagSpecifications } = found.properties.LaunchTemplateData;
      return {
        securityGroups: SecurityGroupIds.map((group) => group.replaceAll(/\W/g, '')),
        role: `arn:aws:iam::${PLACE.accountId}:role/${roleName}`,
        tags: Object.fromEntries(TagSpecifications.map(({ ResourceType, Tags }) => [ResourceType, tagsFrom(Tags)])),
      };
    },
  };
}
