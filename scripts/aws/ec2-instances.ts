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
import { CLIENT_SETTINGS, checked, explained, readPages } from './call.ts';

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

/** What EC2 launches. */
export type LaunchRequest = RunInstancesCommandInput;

const instanceSchema = z
  .object({
    InstanceId: z.string(),
    State: z.object({ Name: z.string() }),
    InstanceType: z.string(),
    Placement: z.object({ AvailabilityZone: z.string() }),
    ImageId: z.string(),
    LaunchTime: z.date().optional(),
    PrivateIpAddress: z.string().default(''),
    PublicIpAddress: z.string().default(''),
  })
  .transform(
    (it): Instance => ({
      id: it.InstanceId,
      state: it.State.Name,
      type: it.InstanceType,
      zone: it.Placement.AvailabilityZone,
      imageId: it.ImageId,
      launchedAt: it.LaunchTime,
      privateIp: it.PrivateIpAddress,
      publicIp: it.PublicIpAddress,
    }),
  );

const client = () => new EC2Client(CLIENT_SETTINGS);

/** Reads instances by id, in the order of the ids. */
export async function describeInstances(ids: readonly string[]): Promise<readonly Instance[]> {
  if (ids.length === 0) return [];
  const doing = 'read the instances';
  const pages = paginateDescribeInstances({ client: client() }, { InstanceIds: [...ids] });
  const reservations = await readPages(doing, pages, (page) => page.Reservations);
  const found = checked(
    doing,
    instanceSchema.array(),
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
