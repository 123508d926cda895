import { PORT, TIMESTAMPS_PATH } from '../../../server/contract.ts';
import { type CommandLine, captureQuietly } from '../../cli/run.ts';
import { sshCommand, waitForSsh } from '../../machine/ssh.ts';
import type { Check } from '../core/run-record.ts';
import { CREDENTIALS_PATH } from './stage/metadata-service.ts';
import { type Attachment, AWS_PORT, canConnect, METADATA_ADDRESS, OUTSIDE } from './stage/network.ts';
import type { Stage } from './stage/stage.ts';

const INSTANCE_ID_URL = `http://${METADATA_ADDRESS}/latest/meta-data/instance-id`;
const CURL_DEADLINE_S = 5;

/** Proves what the stage promises at rest: it stores, answers, and is closed where the security groups say so. */
export async function proveStage(stage: Stage): Promise<Check[]> {
  const { client, operator, bastion, loadBalancer, fleet } = stage;
  const site = `http://${loadBalancer.address}`;
  const [member] = fleet.inService;
  if (!member) throw new Error('no instance is in service');
  const instance = member.attachment.address;
  await waitForSsh(operator.namespace, stage.sandbox.key, bastion.address);
  return await Promise.all([
    provePostIsStored(stage, site),
    answers('the API answers', client, `${site}${TIMESTAMPS_PATH}`, 'application/json', 200),
    answers('the page answers', client, `${site}${TIMESTAMPS_PATH}`, 'text/html', 200),
    proveCredentials(stage),
    answers('the metadata service refuses version 1', member.attachment, INSTANCE_ID_URL, '*/*', 401),
    proveLaunches(stage),
    refuses('direct SSH from the internet', client, instance, 22),
    refuses("direct SSH from the operator's address", operator, instance, 22),
    refuses('the app port from the internet', client, instance, PORT),
    refuses('the database from the internet', client, OUTSIDE.database, AWS_PORT),
    refuses('SSH to the bastion from a foreign address', client, bastion.address, 22),
    refuses("the bastion's way to the app port", bastion, instance, PORT),
    refuses("the bastion's way to the load balancer", bastion, loadBalancer.address, 80),
    proveBastion(stage, instance),
  ]);
}

async function provePostIsStored(stage: Stage, site: string): Promise<Check> {
  const line: CommandLine = [
    'curl',
    '--silent',
    '--max-time',
    `${CURL_DEADLINE_S}`,
    '--request',
    'POST',
    `${site}${TIMESTAMPS_PATH}`,
  ];
  const timestamp = (await captureQuietly(stage.client.namespace.inside(line))).trim();
  const stored = await stage.readTable();
  return {
    check: 'a POST through the load balancer is stored',
    passed: stored.includes(timestamp),
    measured: `${timestamp}, ${stored.length} in the table`,
    expected: 'the answered timestamp in the table',
  };
}

async function answers(check: string, from: Attachment, url: string, accept: string, status: number): Promise<Check> {
  const got = await statusOf(from, url, CURL_DEADLINE_S, accept);
  return { check, passed: got === status, measured: `${got}`, expected: `${status}` };
}

async function proveCredentials(stage: Stage): Promise<Check> {
  const log = await stage.metadataLog();
  const served = stage.fleet.inService.filter(({ id }) => log.includes(`${id} GET ${CREDENTIALS_PATH} 200`));
  return {
    check: "credentials come from each instance's metadata service (IMDSv2)",
    passed: served.length === stage.fleet.inService.length,
    measured: `${served.length} of ${stage.fleet.inService.length} instances`,
    expected: 'every instance',
  };
}

function proveLaunches({ fleet: { inService } }: Stage): Check {
  const completed = inService.filter(({ launch }) => launch?.by === 'instance' && launch.result === 'CONTINUE');
  return {
    check: 'an instance enters service when its own launch hook said CONTINUE',
    passed: completed.length === inService.length,
    measured: `${completed.length} of ${inService.length} instances`,
    expected: 'every instance',
  };
}

/** That somebody listens there is shown by the proofs that get through: load balancer to app and database, bastion to SSH. */
async function refuses(what: string, from: Attachment, address: string, port: number): Promise<Check> {
  const connects = await canConnect(from, address, port);
  return {
    check: `${what} is refused`,
    passed: !connects,
    measured: connects ? 'connected' : 'refused',
    expected: 'refused',
  };
}

async function proveBastion({ operator, bastion, sandbox: { key } }: Stage, instance: string): Promise<Check> {
  const isActive: CommandLine = ['systemctl', 'is-active', 'stampede'];
  const line = sshCommand(operator.namespace, key, instance, isActive, bastion.address);
  const state = await captureQuietly(line).catch((error: Error) => error.message);
  return {
    check: 'SSH through the bastion reaches an instance',
    passed: state.trim() === 'active',
    measured: `stampede.service is ${state.trim()}`,
    expected: 'active',
  };
}

async function statusOf(from: Attachment, url: string, deadlineS: number, accept: string): Promise<number> {
  const format = ['--output', '/dev/null', '--write-out', '%{http_code}'];
  const line: CommandLine = [
    'curl',
    '--silent',
    '--max-time',
    `${deadlineS}`,
    '--header',
    `accept: ${accept}`,
    ...format,
    url,
  ];
  return Number(await captureQuietly(from.namespace.inside(line)).catch(() => '0'));
}
