import { once } from 'node:events';
import { connect } from 'node:net';
import { describeGroup, scheduleCapacity, setDesiredCapacity } from '../aws/auto-scaling.ts';
import { describeInstances, type Instance } from '../aws/ec2.ts';
import { waitUntil } from '../cli/wait.ts';

/** Starting takes about two minutes, longer in a zone without capacity; Auto Scaling may stop it a minute late. */
const DEADLINE_MS = 300_000;

/** A bastion that is forgotten would cost money and leave a port open. */
const RUNS_FOR_MS = 3_600_000;

/** A running bastion, and when Auto Scaling stops it. */
export type Bastion = Instance & { readonly stopsAt: Date };

/**
 * Starts the bastion, unless it runs, and returns it once it is in service. It stops an hour after the last call: the
 * time is set first, so that no failure leaves a bastion without one.
 */
export async function wakeBastion(groupName: string): Promise<Bastion> {
  const { desired } = await describeGroup(groupName);
  const stopsAt = new Date(Date.now() + RUNS_FOR_MS);
  await scheduleCapacity(groupName, { name: 'Park', desired: 0, at: stopsAt });
  if (desired === 0) await setDesiredCapacity(groupName, 1);
  const look = async (seen: (state: string) => void) => {
    const { members } = await describeGroup(groupName);
    const member = members.find(({ lifecycle }) => !lifecycle.startsWith('Term'));
    seen(member ? `${member.id} is ${member.lifecycle}` : 'no instance yet');
    if (member?.lifecycle !== 'InService') return undefined;
    const [instance] = await describeInstances([member.id]);
    return instance?.publicIp ? { ...instance, stopsAt } : undefined;
  };
  const remedy = `Look at the activity history of the Auto Scaling group ${groupName}`;
  return waitUntil('the bastion', look, { deadlineMs: DEADLINE_MS, remedy });
}

/** Stops the bastion: returns when its group has no instance any more. */
export async function parkBastion(groupName: string): Promise<void> {
  await setDesiredCapacity(groupName, 0);
  const look = async (seen: (state: string) => void) => {
    const { members } = await describeGroup(groupName);
    seen(members.map(({ id, lifecycle }) => `${id} is ${lifecycle}`).join(', '));
    return members.length === 0 || undefined;
  };
  await waitUntil('the bastion to be gone', look, { deadlineMs: DEADLINE_MS });
}

/** Starts the bastion and waits until its SSH port can be reached from here. */
export async function reachableBastion(
  groupName: string,
  options: { readonly port: number; readonly deadlineMs: number },
) {
  const { port, deadlineMs } = options;
  const bastion = await wakeBastion(groupName);
  const look = async (seen: (state: string) => void) => {
    const failure = await connectFailure(bastion.publicIp, port);
    if (failure !== undefined) seen(failure);
    return failure === undefined || undefined;
  };
  const remedy = 'Is your address within the setting sshCidrs? Without one the port is closed: use another --via';
  await waitUntil(`port ${port} of ${bastion.publicIp}`, look, { deadlineMs, remedy });
  return bastion;
}

/** When the bastion stops, for people. */
export function stopText({ stopsAt }: Bastion): string {
  return `It stops at ${stopsAt.toISOString().slice(11, 16)} UTC; npm run bastion -- wake gives it another hour`;
}

/** Why a connection cannot be made, or undefined when it can. */
async function connectFailure(host: string, port: number): Promise<string | undefined> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(3_000) });
    return undefined;
  } catch (error) {
    return (error as Error).name === 'AbortError' ? 'no answer' : (error as Error).message;
  } finally {
    socket.destroy();
  }
}
