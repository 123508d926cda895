import type { CommandLine } from '../../../cli/run.ts';
import { MACHINES_PRELOAD } from '../../artillery/artillery.ts';
import { MACHINE, type Machines, START_DEADLINE_S } from './machines.ts';

/** What artillery is started with. */
interface CommandOptions {
  readonly artillery: string;
  readonly scriptFile: string;
  readonly reportFile: string;
  readonly cluster: string;
  readonly region: string;
  /** The secret that the machines need. @default - none */
  readonly tokenName: string | undefined;
}

/** The command line that runs a script on machines: https://www.artillery.io/docs/reference/cli/run-fargate */
export function machinesCommand(options: CommandOptions, { count, subnets, securityGroup }: Machines): CommandLine {
  const { artillery, scriptFile, reportFile, cluster, region, tokenName } = options;
  const launch = { environment: [{ name: 'ARTILLERY_DISABLE_TELEMETRY', value: 'true' }] };
  return [
    process.execPath,
    ...['--import', MACHINES_PRELOAD, artillery, 'run-fargate', '--quiet'],
    ...['--output', reportFile, '--region', region, '--cluster', cluster, '--count', String(count)],
    ...['--cpu', String(MACHINE.vcpus), '--memory', String(MACHINE.memoryGb)],
    ...['--subnet-ids', subnets.join(',')],
    ...(securityGroup ? ['--security-group-ids', securityGroup] : []),
    ...(tokenName ? ['--secret', tokenName] : []),
    ...['--launch-config', JSON.stringify(launch), scriptFile],
  ];
}

/** Variables for `artillery run-fargate`, besides the credentials. */
export function machinesEnv(run: string): Readonly<Record<string, string>> {
  return {
    ARTILLERY_DISABLE_TELEMETRY: 'true',
    ARTILLERY_TEST_RUN_ID: run,
    WORKER_WAIT_TIMEOUT_SEC: String(START_DEADLINE_S),
  };
}
