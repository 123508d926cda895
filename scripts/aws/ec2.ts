import { type DescribeInstancesCommandInput, EC2, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { CLIENT_SETTINGS, explained, fields, pairs, readList } from './call.ts';

const text = z.string();

const instance = fields({
  id: ['InstanceId', text],
  state: ['State.Name', text],
  /** `c7g.medium` */
  type: ['InstanceType', text],
  zone: ['Placement.AvailabilityZone', text],
  imageId: ['ImageId', text],
  launchedAt: ['LaunchTime', z.date().optional()],
  /** Ids of its security groups. */
  securityGroups: [
    'SecurityGroups',
    fields({ id: ['GroupId', text] })
      .array()
      .default([])
      .transform((groups) => groups.map(({ id }) => id)),
  ],
  /** Empty while there is none. */
  privateIp: ['PrivateIpAddress', text.default('')],
  /** Empty when it has none; only the bastion has one. */
  publicIp: ['PublicIpAddress', text.default('')],
});

/** An EC2 instance. */
export type Instance = z.infer<typeof instance>;

const image = fields({
  id: ['ImageId', text],
  name: ['Name', text.default('')],
  /** `available`, `pending`, `failed` ... */
  state: ['State', text],
  createdAt: ['CreationDate', text.default('').transform((date) => new Date(date))],
  architecture: ['Architecture', text],
  tags: ['Tags', pairs('Key', 'Value')],
});

/** An AMI with its tags. */
export type Image = z.infer<typeof image>;

/** Something that would break, or could not be repeated, without an image. */
export interface ImageUse {
  readonly imageId: string;
  /** `launch template lt-… version 3`, `instance i-…`, `parameter /stampede/ami/current`. */
  readonly by: string;
}

const client = () => new EC2(CLIENT_SETTINGS);

/** Reads instances by id, in the order of the ids. */
export async function describeInstances(ids: readonly string[]): Promise<readonly Instance[]> {
  if (ids.length === 0) return [];
  const found = await listInstances('read the instances', { InstanceIds: [...ids] }, instance);
  return found.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

function listInstances<Item>(doing: string, request: DescribeInstancesCommandInput, item: z.ZodType<Item>) {
  return readList(
    doing,
    client().paginateDescribeInstances(request),
    ({ Reservations = [] }) => Reservations.flatMap(({ Instances = [] }) => Instances),
    item,
  );
}

/** Ids of zones by name: names are per account, ids such as `euw1-az3` are the same for all. */
export async function zoneIds(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const call = client().describeAvailabilityZones({ ZoneNames: [...names] });
  const zone = fields({ name: ['ZoneName', text], id: ['ZoneId', text] });
  const zones = await readList('read the ids of the zones', [call], (answer) => answer.AvailabilityZones, zone);
  return new Map(zones.map(({ name, id }) => [name, id]));
}

/** Whether the region has a default VPC, in which EC2 launches instances without a subnet. */
export async function hasDefaultVpc(): Promise<boolean> {
  const call = client().describeVpcs({ Filters: [{ Name: 'is-default', Values: ['true'] }] });
  const { Vpcs = [] } = await explained('look for a default VPC', call);
  return Vpcs.length > 0;
}

/** Ids of the default subnets of the region, which are public. */
export async function defaultSubnets(): Promise<string[]> {
  const pages = client().paginateDescribeSubnets({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] });
  return await readList('look for the default subnets', pages, (page) => page.Subnets?.map((it) => it.SubnetId), text);
}

/** Whether the VPC has an EC2 Instance Connect Endpoint that is ready. */
export async function hasConnectEndpoint(vpcId: string): Promise<boolean> {
  const filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'state', Values: ['create-complete'] },
  ];
  const call = client().describeInstanceConnectEndpoints({ Filters: filters });
  const { InstanceConnectEndpoints = [] } = await explained('look for an EC2 Instance Connect Endpoint', call);
  return InstanceConnectEndpoints.length > 0;
}

/** Launches one instance; returns its id. */
export async function launchInstance(purpose: string, request: RunInstancesCommandInput): Promise<string> {
  const id = (await explained(`launch ${purpose}`, client().runInstances(request))).Instances?.[0]?.InstanceId;
  if (id) return id;
  throw new OperatorError(`EC2 launched ${purpose} but returned no instance: look for it in the console`);
}

/** What an instance has written to its console so far. */
export async function readConsole(instanceId: string): Promise<string> {
  const call = client().getConsoleOutput({ InstanceId: instanceId, Latest: true });
  const { Output = '' } = await explained(`read the console of ${instanceId}`, call);
  return Buffer.from(Output, 'base64').toString('utf8');
}

/** Terminates an instance. */
export async function terminateInstance(instanceId: string): Promise<void> {
  await explained(`terminate ${instanceId}`, client().terminateInstances({ InstanceIds: [instanceId] }));
}

/** Reads one image; undefined when this account and region have none of that id. */
export async function findImage(id: string): Promise<Image | undefined> {
  const call = client()
    .describeImages({ ImageIds: [id] })
    .catch((error: Error) => {
      if (/^InvalidAMIID\.(NotFound|Unavailable)$/.test(error.name)) return { Images: [] };
      throw error;
    });
  return (await readList(`read the image ${id}`, [call], ({ Images }) => Images, image))[0];
}

/** Reads one image. @throws OperatorError when there is none */
export async function describeImage(id: string): Promise<Image> {
  const found = await findImage(id);
  if (found) return found;
  throw new OperatorError(`there is no image ${id} in this account and region: check AWS_REGION`);
}

/** Reads this account's own images of a service, whatever their state. */
export function describeOwnImages(service: string): Promise<Image[]> {
  const filters = { Owners: ['self'], Filters: [{ Name: 'tag:Service', Values: [service] }], IncludeDeprecated: true };
  return readList('list the images', client().paginateDescribeImages(filters), ({ Images }) => Images, image);
}

/** Deletes an image with its snapshots. */
export async function deleteImage(id: string): Promise<void> {
  const call = client().deregisterImage({ ImageId: id, DeleteAssociatedSnapshots: true });
  await explained(`delete the image ${id}`, call);
}

/** Which images and launch template versions every instance was launched from, stopped ones too. */
export async function launchesOfInstances() {
  const states = ['pending', 'running', 'stopping', 'stopped', 'shutting-down'];
  const filters = { Filters: [{ Name: 'instance-state-name', Values: states }] };
  const launched = fields({
    id: ['InstanceId', text],
    imageId: ['ImageId', text],
    tags: ['Tags', pairs('Key', 'Value')],
  });
  const found = await listInstances('list the instances', filters, launched);
  return found.map(({ id, imageId, tags }) => ({
    imageId,
    by: `instance ${id}`,
    // EC2 sets these tags when an instance is launched from a template.
    template: { id: tags['aws:ec2launchtemplate:id'] ?? '', version: tags['aws:ec2launchtemplate:version'] ?? '' },
  }));
}
