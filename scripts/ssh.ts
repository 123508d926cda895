import { homedir } from 'node:os';
import { join } from 'node:path';
import { describeGroup } from './aws/groups-auto-scaling.ts';
import { describeInstances, hasConnectEndpoint, type Instance } from './aws/instances-ec2.ts';
import { pushKey } from './aws/keys-instance-connect.ts';
import { main } from './cli/main.ts';
import { run } from './cli/run.ts';
import { parseStage, STAGE_OPTION } from './cli/stage.ts';
import { wakeBastion } from './operate/bastion-group.ts';
import { chooseDoor, DOORS, type Door, parseDoor, TOOLS } from './operate/choose-door.ts';
import { chooseInstance } from './operate/choose-instance.ts';
import { installedTools } from './operate/installed-tools.ts';
import { withSessionKey } from './operate/session-key.ts';
import { sshLine, USERS } from './operate/ssh-commands.ts';
import { outputsOf } from './operate/stage-outputs.ts';
import { waitForPort } from './operate/wait-for-port.ts';

const BASTION_PORT_DEADLINE_MS = 90_000;

await main(
  {
    name: 'ssh',
    summary: 'Opens a shell on an app instance, or runs a command there, with a key that is valid for one minute.',
    positionals: [
      {
        name: 'instance',
        required: true,
        help: 'id or an ending of it, private address, or zone (1a), if only one fits',
      },
      { name: 'command', rest: true, help: 'what to run there (default: a shell)' },
    ],
    options: {
      stage: STAGE_OPTION,
      via: {
        type: 'string',
        value: '<door>',
        default: 'auto',
        help: `${DOORS.join(', ')}, or auto: the first of them that works from here`,
      },
    },
    examples: [
      ['npm run ssh -- 1a', 'a shell on the instance in zone eu-west-1a'],
      ['npm run ssh -- --via bastion 7f3 -- uptime', 'wakes the bastion and runs uptime on i-...7f3'],
    ],
  },
  async ({ values, positionals: [word = '', ...command] }) => {
    const stage = parseStage(values.stage);
    const asked = parseDoor(values.via);
    const [service, network] = await Promise.all([outputsOf(stage, 'service'), outputsOf(stage, 'network')]);
    const instance = chooseInstance(word, await fleetOf(service.autoScalingGroup));
    const tools = installedTools(Object.keys(TOOLS), process.env['PATH'] ?? '');
    const door = chooseDoor(asked, { tools, hasEndpoint: await hasConnectEndpoint(network.vpcId) });
    await openSession(instance, door, network.bastionGroup, command);
  },
);

async function fleetOf(groupName: string): Promise<readonly Instance[]> {
  const { members } = await describeGroup(groupName);
  return describeInstances(members.map(({ id }) => id));
}

async function openSession(instance: Instance, door: Door, bastionGroup: string, command: readonly string[]) {
  const bastion = door === 'bastion' ? await reachableBastion(bastionGroup) : undefined;
  await withSessionKey(async ({ keyFile, publicKey }) => {
    console.error(`Pushing a key that is valid for 60 s to ${instance.id}, then connecting by ${door}`);
    if (bastion) await pushKey(bastion.id, USERS.bastion, publicKey);
    await pushKey(instance.id, USERS.app, publicKey);
    const knownHostsFile = join(homedir(), '.ssh', 'stampede_known_hosts');
    await run(sshLine({ door, instance, keyFile, knownHostsFile, command, ...(bastion && { bastion }) }));
  });
  if (bastion) console.error('The bastion stays awake: park it with npm run bastion -- park');
}

async function reachableBastion(groupName: string): Promise<Instance> {
  const bastion = await wakeBastion(groupName);
  const remedy =
    'Is your own address within the setting sshCidrs? With none given the port stays shut: use another --via';
  await waitForPort(bastion.publicIp, 22, BASTION_PORT_DEADLINE_MS, remedy);
  return bastion;
}
