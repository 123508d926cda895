import {
  EC2Client,
  GetConsoleOutputCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { OperatorError } from '../cli/errors.ts';
import { CLIENT_SETTINGS } from './client-settings.ts';
import { explained } from './explained.ts';

/** What EC2 needs to launch an instance. */
export type LaunchRequest = RunInstancesCommandInput;

const client = () => new EC2Client(CLIENT_SETTINGS);

/** Starts the instance of a boot test; returns its id. */
export async function launchBootTest(request: LaunchRequest): Promise<string> {
  const call = client().send(new RunInstancesCommand(request));
  const id = (await explained('launch the boot test', call)).Instances?.[0]?.InstanceId;
  if (!id) throw new OperatorError('EC2 launched the boot test but named no instance: look for it in the console');
  return id;
}

/** What an instance has written to its console so far. */
export async function readConsole(instanceId: string): Promise<string> {
  const call = client().send(new GetConsoleOutputCommand({ InstanceId: instanceId, Latest: true }));
  const { Output = '' } = await explained(`read the console of ${instanceId}`, call);
  return Buffer.from(Output, 'base64').toString('utf8');
}

/** Ends an instance. */
export async function terminateInstance(instanceId: string): Promise<void> {
  const call = client().send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
  await explained(`terminate ${instanceId}`, call);
}
