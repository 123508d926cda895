import type { Instance } from '../aws/ec2-instances.ts';
import { pushKey } from '../aws/instance-connect.ts';
import { run } from '../cli/run.ts';
import { wakeBastion } from './bastion-group.ts';
import type { Door } from './choose-door.ts';
import { withSessionKey } from './session-key.ts';
import { sshLine, USERS } from './ssh-commands.ts';
import { waitForPort } from './wait-for-port.ts';

/** Which session to open. */
export interface SessionRequest {
  readonly instance: Instance;
  readonly door: Door;
  readonly bastionGroup: string;
  readonly knownHostsFile: string;
  readonly command: readonly string[];
}

/** How the bastion is reached; other values are for tests. */
export interface BastionAccess {
  readonly port: number;
  readonly deadlineMs: number;
}

/** Opens a session through a door, with a key pair that is pushed just before and removed just after. */
export async function openSession(request: SessionRequest, access?: BastionAccess): Promise<void> {
  const { instance, door, bastionGroup, ...rest } = request;
  const bastion = door === 'bastion' ? await reachableBastion(bastionGroup, access) : undefined;
  await withSessionKey(async ({ keyFile, publicKey }) => {
    console.error(`Pushing a key that is valid for 60 s, then connecting to ${instance.id} by ${door}`);
    if (bastion) await pushKey(bastion.id, USERS.bastion, publicKey);
    await pushKey(instance.id, USERS.app, publicKey);
    await run(sshLine({ ...rest, door, instance, keyFile, ...(bastion && { bastion }) }));
  });
  if (bastion) console.error('The bastion stays awake: park it with npm run bastion -- park');
}

async function reachableBastion(
  groupName: string,
  { port, deadlineMs }: BastionAccess = { port: 22, deadlineMs: 90_000 },
): Promise<Instance> {
  const bastion = await wakeBastion(groupName);
  await waitForPort(bastion.publicIp, port, {
    deadlineMs,
    remedy: 'Is your address within the setting sshCidrs? With none given the port stays shut: use another --via',
  });
  return bastion;
}
