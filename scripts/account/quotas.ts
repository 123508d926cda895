import { SERVICE_NAME } from '../../server/contract.ts';
import type { ElasticIp, InstanceType, UsedInstance } from '../aws/ec2-capacity.ts';
import type { Check } from './check.ts';
import type { GroupNeeds, StageNeeds } from './needs.ts';

/** An instance refresh launches the replacements first: up to this share of the group. */
const REFRESH_SHARE = 1.5;

/** Families that share the quota of standard instances; the others have quotas of their own. */
const STANDARD_FAMILY = /^(a|c|d|h|i|im|is|m|r|t|z)\d/;

const REQUEST = 'request a higher quota in the console of Service Quotas';

/** Whether the vCPU quota has room for the fleet while it is refreshed: at its minimum, and at its maximum. */
export function checkVcpus(
  { stage, groups }: StageNeeds,
  quota: number,
  instances: readonly UsedInstance[],
  types: readonly InstanceType[],
): Check {
  const used = instances
    .filter((instance) => !isOfStage(instance, stage) && countsForQuota(instance))
    .reduce((sum, { cores, threadsPerCore }) => sum + cores * threadsPerCore, 0);
  const vcpusOf = (group: GroupNeeds, size: number) => {
    const counted = types.filter(({ name }) => group.instanceTypes.includes(name) && STANDARD_FAMILY.test(name));
    return (
      Math.ceil(size * (group.isRefreshed ? REFRESH_SHARE : 1)) * Math.max(0, ...counted.map(({ vcpus }) => vcpus))
    );
  };
  const sum = (sizeOf: (group: GroupNeeds) => number) =>
    groups.reduce((total, group) => total + vcpusOf(group, sizeOf(group)), 0);
  const [least, most] = [sum(({ min }) => min), sum(({ max }) => max)];
  const free = quota - used;
  const text = `vCPUs: ${free} of the quota of ${quota} are free for this stage`;
  if (free < least) {
    return {
      state: 'missing',
      text: `${text}, a refresh of its smallest fleet needs ${least}: ${REQUEST} (L-1216C47A)`,
    };
  }
  if (free < most) {
    return { state: 'warning', text: `${text}, a refresh of its largest fleet needs ${most}: ${REQUEST} (L-1216C47A)` };
  }
  return { state: 'ok', text: `${text}, a refresh of its largest fleet needs ${most}` };
}

/** Says which instance types count for quotas that are not read. */
export function checkOtherFamilies({ groups }: StageNeeds): Check[] {
  const types = new Set(groups.flatMap(({ instanceTypes }) => instanceTypes));
  const others = [...types].filter((type) => !STANDARD_FAMILY.test(type));
  if (others.length === 0) return [];
  const reason = 'not checked, because other quotas apply to these families';
  const remedy = 'compare them in the console of Service Quotas';
  return [{ state: 'warning', text: `vCPUs of ${others.join(', ')}: ${reason}: ${remedy}` }];
}

/** Whether the account may allocate the addresses of the stage's NAT gateways. */
export function checkAddresses({ stage, elasticIps }: StageNeeds, quota: number, ips: readonly ElasticIp[]): Check {
  const free = quota - ips.filter((ip) => !isOfStage(ip, stage)).length;
  const text = `Elastic IPs: ${free} of the quota of ${quota} are free for this stage, it needs ${elasticIps}`;
  if (free >= elasticIps) return { state: 'ok', text };
  return { state: 'missing', text: `${text}: release unused ones, use --set nat=single, or ${REQUEST} (L-0263D0A3)` };
}

function isOfStage({ tags }: Pick<ElasticIp, 'tags'>, stage: string): boolean {
  return tags['Service'] === SERVICE_NAME && tags['Stage'] === stage;
}

function countsForQuota({ type, lifecycle }: UsedInstance): boolean {
  return lifecycle === '' && STANDARD_FAMILY.test(type);
}
