import { describeDefaultGroup, removeRules } from '../aws/security-groups.ts';
import { outputsOf } from './outputs.ts';

/** Removes the rules that AWS gives to the default security group of a new VPC: CloudFormation cannot remove them. */
export async function closeDefaultGroup(stage: string): Promise<void> {
  const { vpcId } = await outputsOf(stage, 'network');
  const group = await describeDefaultGroup(vpcId);
  const { id, inbound, outbound } = group;
  if (inbound.length + outbound.length === 0) return;
  await removeRules(group);
  console.error(`Removed the rules of the default security group ${id} (${inbound.length} in, ${outbound.length} out)`);
}
