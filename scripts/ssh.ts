import { homedir } from 'node:os';
import { join } from 'node:path';
import { describeGroup } from './aws/auto-scaling.ts';
import { describeInstances, hasConnectEndpoint, type Instance } from './aws/ec2-instances.ts';
import { main } from './cli/main.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { chooseDoor, DOORS, parseDoor } from './stage/choose-door.ts';
import { chooseInstance } from './stage/choose-instance.ts';
import { openSession } from './stage/open-session.ts';
import { outputsOf } from './stage/stage-outputs.ts';
import { installedTools } from './stage/tools.ts';

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
    const stage = values.stage;
    const asked = parseDoor(values.via);
    const [service, network] = await Promise.all([outputsOf(stage, 'service'), outputsOf(stage, 'network')]);
    const instance = chooseInstance(word, await fleetOf(service.autoScalingGroup));
    const tools = installedTools(process.env['PATH'] ?? '');
    const door = chooseDoor(asked, { tools, hasEndpoint: await hasConnectEndpoint(network.vpcId) });
    const knownHostsFile = join(homedir(), '.ssh', 'stampede_known_hosts');
    await openSession({ instance, door, bastionGroup: network.bastionGroup, knownHostsFile, command });
  },
);

async function fleetOf(groupName: string): Promise<readonly Instance[]> {
  const { members } = await describeGroup(groupName);
  return describeInstances(members.map(({ id }) => id));
}
