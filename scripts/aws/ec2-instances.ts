import {
  DescribeInstanceConnectEndpointsCommand,
  EC2Client,
  GetConsoleOutputCommand,
  paginateDescribeInstances,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { CLIENT_SETTINGS, checked, explained, fields, readPages } from './call.ts';

const text = z.string();

const instance = fields({
  id: ['InstanceId', text],
  state: ['State.Name', text],
  /** `c7g.medium` */
  type: ['InstanceType', text],
  zone: ['Placement.AvailabilityZone', text],
  imageId: ['ImageId', text],
  launchedAt: ['LaunchTime', z.date().optional()],
  /** Empty while there is none. */
  privateIp: ['PrivateIpAddress', text.default('')],
  /** Empty when it has none; only the bastion has one. */
  publicIp: ['PublicIpAddress', text.default('')],
});

/** An EC2 instance. */
export type Instance = z.infer<typeof instance>;

/** What EC2 launches. */
export type LaunchRequest = RunInstancesCommandInput;

const client = () => new EC2Client(CLIENT_SETTINGS);

/** Reads instances by id, in the order of the ids. */
export async function describeInstances(ids: readonly string[]): Promise<readonly Instance[]> {
  if (ids.length === 0) return [];
  const doing = 'read the instances';
  const pages = paginateDescribeInstances({ client: client() }, { InstanceIds: [...ids] });
  const reservations = await readPages(doing, pages, (page) => page.Reservations);
  const found = checked(
    doing,
    instance.array(),
    reservations.flatMap(({ Instances = [] }) => Instances),
  );
  return found.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

/** Whether the VPC has an EC2 Instance Connect Endpoint that is ready. */
export async function hasConnectEndpoint(vpcId: string): Promise<boolean> {
  const filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'state', Values: ['create-complete'] },
  ];
  const call = client().send(new DescribeInstanceConnectEndpointsCommand({ Filters: filters }));
  const { InstanceConnectEndpoints = [] } = await explained('look for an EC2 Instance Connect Endpoint', call);
  return InstanceConnectEndpoints.length > 0;
}

/** Launches one instance; returns its id. */
export async function launchInstance(purpose: string, request: LaunchRequest): Promise<string> {
  const call = client().send(new RunInstancesCommand(request));
  const id = (await explained(`launch ${purpose}`, call)).Instances?.[0]?.InstanceId;
  if (id) return id;
  throw new OperatorError(`EC2 launched ${purpose} but returned no instance: look for it in the console`);
}

/** What an instance has written to its console so far. */
export async function readConsole(instanceId: string): Promise<string> {
  const call = client().send(new GetConsoleOutputCommand({ InstanceId: instanceId, Latest: true }));
  const { Output = '' } = await explained(`read the console of ${instanceId}`, call);
  return Buffer.from(Output, 'base64').toString('utf8');
}

/** Terminates an instance. */
export async function terminateInstance(instanceId: string): Promise<void> {
  const call = client().send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
  await explained(`terminate ${instanceId}`, call);
}
