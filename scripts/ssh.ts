import { homedir } from 'node:os';
import { join } from 'node:path';
import { hasConnectEndpoint } from './aws/ec2.ts';
import { main } from './cli/main.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { chooseConnection, VIA_OPTION } from './stage/connection.ts';
import { chooseInstance, instancesOf } from './stage/fleet.ts';
import { outputsOf } from './stage/outputs.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';
import { openSession } from './stage/ssh.ts';
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
    options: { stage: STAGE_OPTION, ...AWS_OPTIONS, via: VIA_OPTION },
    examples: [
      ['npm run ssh -- 1a', 'a shell on the instance in zone eu-west-1a'],
      ['npm run ssh -- --via bastion 7f3 -- uptime', 'starts the bastion and runs uptime on i-...7f3'],
    ],
  },
  async ({ values, positionals: [word = '', ...command] }) => {
    const { stage, via } = values;
    await useRole(values);
    const [service, network] = await Promise.all([outputsOf(stage, 'service'), outputsOf(stage, 'network')]);
    const instance = chooseInstance(word, await instancesOf(service.autoScalingGroup));
    const tools = installedTools(process.env['PATH'] ?? '');
    const connection = chooseConnection(via, { tools, hasEndpoint: await hasConnectEndpoint(network.vpcId) });
    const knownHostsFile = join(homedir(), '.ssh', 'stampede_known_hosts');
    await openSession({ instance, connection, bastionGroup: network.bastionGroup, knownHostsFile, command });
  },
);
