import { TIMESTAMPS_PATH } from '../../../server/contract.ts';
import { captureQuietly } from '../../cli/run.ts';
import { sshCommand, waitForSsh } from '../../machine/ssh.ts';
import type { Check } from '../core/run-record.ts';
import { probeStage } from './probe.ts';
import type { Member } from './stage/launcher.ts';
import { CREDENTIALS_PATH, ID_PATH } from './stage/metadata-service.ts';
import { type Attachment, AWS_PORT, canConnect, METADATA_ADDRESS, OUTSIDE } from './stage/network.ts';
import type { Stage } from './stage/stage.ts';

/** Checks the stage before any fault: it records and answers, and the security groups refuse what they must. */
export async function checkStage(stage: Stage): Promise<Check[]> {
  const { client, operator, bastion, loadBalancer, fleet } = stage;
  const { attachment } = fleet.anyInService();
  const url = `http://${loadBalancer.address}${TIMESTAMPS_PATH}`;
  const usersUrl = new URL('/users', url).href;
  const metadataUrl = `http://${METADATA_ADDRESS}${ID_PATH}`;
  await waitForSsh(operator.namespace, stage.sandbox.key, bastion.address);
  const checks = await Promise.all([
    checkPost(stage, url),
    checkStatus('the API answers with the read token', client, url, 'application/json', 200, stage.readToken),
    checkStatus('the page answers with the read token', client, url, 'text/html', 200, stage.readToken),
    checkStatus('reading without a token is refused', client, url, 'application/json', 401),
    checkStatus(
      'reading with a wrong token is refused',
      client,
      url,
      'application/json',
      401,
      'a-wrong-token-of-a-client',
    ),
    checkStatus('reading users without a token is refused', client, usersUrl, 'application/json', 401),
    checkCredentials(stage),
    checkStatus('the metadata service refuses version 1', attachment, metadataUrl, '*/*', 401),
    checkLaunches(stage),
    checkRepeatedCalls(stage),
    checkRefusal('the database from the internet', client, OUTSIDE.database, AWS_PORT),
    checkBastion(stage, attachment.address),
  ]);
  return [...checks, ...(await probeStage(stage))];
}

async function checkPost({ client, readTable }: Stage, url: string): Promise<Check> {
  const timestamp = (await curl(client, url, '--request', 'POST')).trim();
  const stored = await readTable();
  return {
    check: 'a POST through the load balancer is stored',
    passed: stored.includes(timestamp),
    measured: `${timestamp}, ${stored.length} in the table`,
    expected: 'the answered timestamp in the table',
  };
}

async function checkStatus(
  check: string,
  from: Attachment,
  url: string,
  accept: string,
  status: number,
  token?: string,
) {
  const authorization = token === undefined ? [] : ['--header', `authorization: Bearer ${token}`];
  const format = [
    ...authorization,
    '--header',
    `accept: ${accept}`,
    '--output',
    '/dev/null',
    '--write-out',
    '%{http_code}',
  ];
  const measured = await curl(from, url, ...format).catch(() => 'no answer');
  return { check, passed: measured === `${status}`, measured, expected: `${status}` };
}

async function checkCredentials({ fleet: { inService }, metadataLog }: Stage): Promise<Check> {
  const log = await metadataLog();
  const served = inService.filter(({ id }) => log.includes(`${id} GET ${CREDENTIALS_PATH} 200`));
  return everyInstance("credentials come from each instance's metadata service (IMDSv2)", served, inService);
}

function checkLaunches({ fleet: { inService } }: Stage): Check {
  const completed = inService.filter(({ launch }) => launch?.by === 'instance' && launch.result === 'CONTINUE');
  return everyInstance('an instance enters service after its own launch hook said CONTINUE', completed, inService);
}

/** Without repeating its call, an instance would be terminated when it calls too early, or AWS cannot be reached. */
function checkRepeatedCalls({ fleet: { inService } }: Stage): Check {
  const repeated = inService.filter(({ launch }) => launch?.refused === 3);
  const check = 'a launch hook repeats its call after ValidationError, AccessDenied and a lost connection';
  return everyInstance(check, repeated, inService);
}

/** A check that every instance must pass. */
export function everyInstance(check: string, passing: readonly Member[], all: readonly Member[]): Check {
  const measured = `${passing.length} of ${all.length} instances`;
  return { check, passed: passing.length === all.length, measured, expected: 'every instance' };
}

/** That a port is open to those who may use it is shown by other checks: POST, page, SSH through the bastion. */
async function checkRefusal(what: string, from: Attachment, address: string, port: number): Promise<Check> {
  const measured = (await canConnect(from, address, port)) ? 'connected' : 'refused';
  return { check: `${what} is refused`, passed: measured === 'refused', measured, expected: 'refused' };
}

async function checkBastion({ operator, bastion, sandbox: { key } }: Stage, instance: string): Promise<Check> {
  const isActive = ['systemctl', 'is-active', 'stampede'] as const;
  const line = sshCommand(operator.namespace, key, instance, isActive, bastion.address);
  const state = (await captureQuietly(line).catch((error: Error) => error.message)).trim();
  const measured = `stampede.service is ${state}`;
  const check = 'SSH through the bastion reaches an instance';
  return { check, passed: state === 'active', measured, expected: 'active' };
}

async function curl({ namespace }: Attachment, url: string, ...options: readonly string[]): Promise<string> {
  const line = ['curl', '--silent', '--max-time', '5', ...options, url] as const;
  return await captureQuietly(namespace.inside(line));
}
