import {
  DescribeInstanceConnectEndpointsCommand,
  EC2Client,
  type Instance as Ec2Instance,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2';
import { CLIENT_SETTINGS } from './client-settings.ts';
import { explained } from './explained.ts';

/** An EC2 instance. */
export interface Instance {
  readonly id: string;
  readonly state: string;
  /** `c7g.medium` */
  readonly type: string;
  readonly zone: string;
  readonly imageId: string;
  readonly launchedAt: Date | undefined;
  /** Empty while there is none. */
  readonly privateIp: string;
  /** Empty when it has none; only the bastion has one. */
  readonly publicIp: string;
}

/** Reads instances by id, in the order of the ids. */
export async function describeInstances(ids: readonly string[]): Promise<readonly Instance[]> {
  if (ids.length === 0) return [];
  const client = new EC2Client(CLIENT_SETTINGS);
  const pages = Array.fromAsync(paginateDescribeInstances({ client }, { InstanceIds: [...ids] }));
  const reservations = (await explained('read the instances', pages)).flatMap((page) => page.Reservations ?? []);
  const found = reservations.flatMap(({ Instances = [] }) => Instances).map(instanceOf);
  return found.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

function instanceOf(instance: Ec2Instance): Instance {
  return {
    id: instance.InstanceId ?? '',
    state: instance.State?.Name ?? '',
    type: instance.InstanceType ?? '',
    zone: instance.Placement?.AvailabilityZone ?? '',
    imageId: instance.ImageId ?? '',
    launchedAt: instance.LaunchTime,
    privateIp: instance.PrivateIpAddress ?? '',
    publicIp: instance.PublicIpAddress ?? '',
  };
}

/** Whether the VPC has an EC2 Instance Connect Endpoint that is ready. */
export async function hasConnectEndpoint(vpcId: string): Promise<boolean> {
  const client = new EC2Client(CLIENT_SETTINGS);
  const filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'state', Values: ['create-complete'] },
  ];
  const call = client.send(new DescribeInstanceConnectEndpointsCommand({ Filters: filters }));
  const { InstanceConnectEndpoints = [] } = await explained('look for an EC2 Instance Connect Endpoint', call);
  return InstanceConnectEndpoints.length > 0;
}
