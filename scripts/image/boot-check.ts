import { join } from 'node:path';
import { IMAGE_PATHS } from '../../ami/contract.ts';
import { ENV, HEALTH_PATH, PORT } from '../../server/contract.ts';
import { OperatorError } from '../cli/errors.ts';
import { captureQuietly, run } from '../cli/run.ts';
import type { Stopwatch } from '../cli/stopwatch.ts';
import { waitQuietly } from '../cli/wait.ts';
import type { Process } from '../machine/cgroup.ts';
import { cloudInitFiles } from '../machine/cloud-init.ts';
import { bootContainer, type Container } from '../machine/container.ts';
import { nextLine, startLifecycleHookEndpoint, startTestDatabase } from '../machine/fixtures.ts';
import { mountImage } from '../machine/mounts.ts';
import { addNetworkCard, makeNamespace, type NetworkNamespace } from '../machine/network-namespace.ts';
import { nameInRun } from '../machine/run-name.ts';
import type { Sandbox } from '../machine/sandbox.ts';
import { authorizedKeys, sshCommand, waitForSsh } from '../machine/ssh.ts';

const LOOPBACK = '127.0.0.1';
const DATABASE = { host: LOOPBACK, port: 8000, table: 'boot-check' } as const;
const LAUNCH = { host: LOOPBACK, port: 8001 } as const;
const LAUNCH_URL = `http://${LAUNCH.host}:${LAUNCH.port}`;
const HEALTH_URL = `http://${LOOPBACK}:${PORT}${HEALTH_PATH}`;
/** An address for documentation: https://www.rfc-editor.org/rfc/rfc5737 */
const CARD = '192.0.2.10/24';
const DEADLINE_MS = 60_000;

/** User data as on AWS, with the fixtures' endpoints in place of AWS. */
const USER_DATA = `#!/bin/bash
set -euo pipefail
umask 077
cat >${IMAGE_PATHS.envFile} <<'SETTINGS'
STAGE=check
TABLE_NAME=${DATABASE.table}
CLOUDWATCH_METRICS=off
AWS_REGION=eu-west-1
AWS_ENDPOINT_URL_DYNAMODB=http://${DATABASE.host}:${DATABASE.port}
AWS_ACCESS_KEY_ID=check
AWS_SECRET_ACCESS_KEY=check
${ENV.launchHook}=ready
${ENV.autoScalingGroup}=check
AWS_ENDPOINT_URL_AUTO_SCALING=${LAUNCH_URL}
AWS_EC2_METADATA_SERVICE_ENDPOINT=${LAUNCH_URL}
SETTINGS
`;

/** Boots the sealed image and checks that it serves by itself, meets its spec, and recovers from killed processes. */
export async function checkBoot(image: string, watch: Stopwatch, { directory, key, undo }: Sandbox): Promise<void> {
  const namespace = await makeNamespace(nameInRun('check'), undo);
  await addNetworkCard(namespace, CARD);
  await startTestDatabase(DATABASE, undo, namespace.inside);
  const launches = await startLifecycleHookEndpoint(LAUNCH, undo, namespace.inside);
  const mounted = await mountImage(image, join(directory, 'image'), undo);
  const options = {
    name: 'check',
    image: mounted,
    namespace,
    directory,
    files: [...cloudInitFiles(USER_DATA), authorizedKeys(key)],
  };
  const container = await watch.time('boot to first 200', async () => {
    const booting = await bootContainer(options, undo);
    await waitUntilHealthy(namespace);
    return booting;
  });
  await watch.time('launch completed', () => checkLaunch(launches));
  await waitForSsh(namespace, key, LOOPBACK);
  const spec = ['sudo', `${IMAGE_PATHS.app}/bin/image-spec`, 'booted'] as const;
  await watch.time('image spec on the instance', () => run(sshCommand(namespace, key, LOOPBACK, spec)));
  await watch.time('recovery from kill -9 of a worker', () => checkRecovery(container, namespace, 'worker'));
  await watch.time("recovery from kill -9 of pm2's daemon", () => checkRecovery(container, namespace, 'daemon'));
  await watch.time('power off', container.powerOff);
}

/** Waits for the health check's 200, requested from inside the instance's network. */
async function waitUntilHealthy(namespace: NetworkNamespace): Promise<void> {
  const options = ['--silent', '--output', '/dev/null', '--max-time', '1', '--write-out', '%{http_code}'];
  const line = namespace.inside(['curl', ...options, HEALTH_URL]);
  const isHealthy = async () => (await captureQuietly(line).catch(() => '')) === '200';
  await waitQuietly(`${HEALTH_URL} in ${namespace.name} to answer 200`, isHealthy, DEADLINE_MS);
}

/** The instance must report to its group that it serves. */
async function checkLaunch(launches: AsyncIterator<string>): Promise<void> {
  const line = (await nextLine(launches, DEADLINE_MS)) ?? '{}';
  const { LifecycleActionResult: result, LifecycleHookName: hook } = JSON.parse(line) as Record<string, string>;
  if (result === 'CONTINUE' && hook === 'ready') return;
  throw new OperatorError(`the instance did not complete its launch: expected CONTINUE of hook ready, got ${line}`);
}

const RECOVERIES = {
  worker: 'pm2 to replace the killed worker',
  daemon: "systemd to restart pm2's daemon with all workers",
} as const;

/** Kills a process of pm2, and waits until another runs instead and the service is healthy. */
async function checkRecovery({ cgroup }: Container, namespace: NetworkNamespace, victim: 'worker' | 'daemon') {
  const before = pm2Processes(cgroup.processes());
  const killed = before[victim === 'daemon' ? 0 : 1];
  if (!killed) throw new Error(`pm2 has no ${victim} to kill`);
  process.kill(killed.pid, 'SIGKILL');
  const isReplaced = () => {
    const now = pm2Processes(cgroup.processes());
    return now.length === before.length && now.every(({ pid }) => pid !== killed.pid);
  };
  await waitQuietly(RECOVERIES[victim], isReplaced, DEADLINE_MS);
  await waitUntilHealthy(namespace);
}

/** pm2's daemon and then its workers, without its short-lived children that ask the system for its load. */
export function pm2Processes(processes: readonly Process[]): Process[] {
  const daemon = processes.find(({ title }) => /^PM2 v[\d.]+: God Daemon/.test(title));
  if (!daemon) return [];
  const isWorker = ({ parent, title }: Process) => parent === daemon.pid && title.endsWith('/dist/server.cjs');
  return [daemon, ...processes.filter(isWorker)];
}
