import { describeGroup, setDesiredCapacity } from '../aws/auto-scaling.ts';
import { describeInstances, type Instance } from '../aws/ec2-instances.ts';
import { waitUntil } from '../cli/wait.ts';

/** Starting an instance of this size took under two minutes wherever it was published; a full zone takes longer. */
const WAKE_DEADLINE_MS = 300_000;

/** Terminating is quick, but Auto Scaling may look only once a minute. */
const PARK_DEADLINE_MS = 300_000;

/** Wakes the bastion, unless it is awake, and returns it once it is in service. */
export async function wakeBastion(groupName: string): Promise<Instance> {
  const { desired } = await describeGroup(groupName);
  if (desired === 0) await setDesiredCapacity(groupName, 1);
  const look = async (seen: (state: string) => void) => {
    const [member] = (await describeGroup(groupName)).members.filter(({ lifecycle }) => !lifecycle.startsWith('Term'));
    seen(member ? `${member.id} is ${member.lifecycle}` : 'no instance yet');
    if (member?.lifecycle !== 'InService') return undefined;
    const [instance] = await describeInstances([member.id]);
    return instance?.publicIp ? instance : undefined;
  };
  const remedy = `Look at the activity history of the Auto Scaling group ${groupName}`;
  return waitUntil('the bastion', look, { deadlineMs: WAKE_DEADLINE_MS, remedy });
}

/** Parks the bastion: returns when its group has no instance any more. */
export async function parkBastion(groupName: string): Promise<void> {
  await setDesiredCapacity(groupName, 0);
  const look = async (seen: (state: string) => void) => {
    const { members } = await describeGroup(groupName);
    seen(members.map(({ id, lifecycle }) => `${id} is ${lifecycle}`).join(', '));
    return members.length === 0 ? true : undefined;
  };
  await waitUntil('the bastion to be gone', look, { deadlineMs: PARK_DEADLINE_MS });
}
