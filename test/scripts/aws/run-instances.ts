import type { Resource } from '../../infra/synthesize.ts';
import { type AwsAnswer, type AwsRequest, ec2Error } from './fake-aws.ts';
import { ec2Answer } from './xml.ts';

/** Parameters of an instance that EC2 refuses next to network interfaces, with its words for each. */
const INSTANCE_LEVEL = { SubnetId: 'subnet ID', 'SecurityGroupId.1': 'security groups' } as const;

/** RunInstances as EC2 answers it for a launch template: it refuses what contradicts the template. */
export function runInstances({ Properties }: Resource, instanceId: string) {
  const { NetworkInterfaces } = Properties.LaunchTemplateData;
  return ({ params }: AwsRequest): AwsAnswer => {
    const refused = Object.entries(INSTANCE_LEVEL).find(([name]) => params[name] !== undefined);
    if (NetworkInterfaces && refused) {
      const message = `Network interfaces and an instance-level ${refused[1]} may not be specified on the same request`;
      return ec2Error(400, 'InvalidParameterCombination', message);
    }
    return ec2Answer('RunInstances', { instancesSet: { item: [{ instanceId }] } });
  };
}
