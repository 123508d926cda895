import { once } from 'node:events';
import { join } from 'node:path';
import { IMAGE_PATHS } from '../../ami/contract.ts';
import { ENV, HEALTH_PATH, PORT } from '../../server/contract.ts';
import { OperatorError } from '../cli/errors.ts';
import { type CommandLine, captureQuietly, run } from '../cli/run.ts';
import type { Stopwatch } from '../cli/stopwatch.ts';
import { waitQuietly } from '../cli/wait.ts';
import { Container, type ContainerFile } from '../machine/container.ts';
import { startLifecycleHookEndpoint, startTestDatabase } from '../machine/fixtures.ts';
import { mountImage } from '../machine/mounts.ts';
import { makeNamespace, type NetworkNamespace } from '../machine/network-namespace.ts';
import { pm2Daemon, pm2Workers } from '../machine/processes.ts';
import { nameInRun } from '../machine/run-name.ts';
import type { Sandbox } from '../machine/sandbox.ts';
import { authorizedKeys, sshCommand, waitForSsh } from '../machine/ssh.ts';

const LOOPBACK = '127.0.0.1';
const DATABASE = { host: LOOPBACK, port: 8000, table: 'boot-check' } as const;
const LAUNCH = { host: LOOPBACK, port: 8001 } as const;
const LAUNCH_URL = `http://${LAUNCH.host}:${LAUNCH.port}`;
const HEALTH_URL = `http://${LOOPBACK}:${PORT}${HEALTH_PATH}`;
const DEADLINE_MS = 60_000;

/** The settings that user data would write, with the fixtures' endpoints in place of AWS. */
const SETTINGS: ContainerFile = {
  path: IMAGE_PATHS.envFile,
  mode: 0o600,
  text: `STAGE=check
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
`,
};

/** Boots the sealed image and checks that it serves by itself, meets its spec, and recovers from killed processes. */
export async function checkBoot(image: string, watch: Stopwatch, { directory, key, undo }: Sandbox): Promise<void> {
  const namespace = await makeNamespace(nameInRun('check'), undo);
  await startTestDatabase(DATABASE, undo, namespace.inside);
  const launches = await startLifecycleHookEndpoint(LAUNCH, undo, namespace.inside);
  const mounted = await mountImage(image, join(directory, 'image'), undo);
  const options = { name: 'check', image: mounted, namespace, directory, files: [SETTINGS, authorizedKeys(key)] };
  const container = await watch.time('boot to first 200', async () => {
    const booting = await Container.boot(options, undo);
    await waitUntilHealthy(namespace);
    return booting;
  });
  await watch.time('launch completed', () => checkLaunch(launches));
  await waitForSsh(namespace, key, LOOPBACK);
  const spec: CommandLine = ['sudo', `${IMAGE_PATHS.app}/bin/image-spec`, 'booted'];
  await watch.time('image spec on the instance', () => run(sshCommand(namespace, key, LOOPBACK, spec)));
  await watch.time('recovery from kill -9 of a worker', () => checkWorkerRecovery(container, namespace));
  await watch.time("recovery from kill -9 of pm2's daemon", () => checkDaemonRecovery(container, namespace));
  await watch.time('power off', () => container.powerOff());
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
  const timeout = once(AbortSignal.timeout(DEADLINE_MS), 'abort').then(() => ({ value: '{}' }));
  const { value } = await Promise.race([launches.next(), timeout]);
  const action = JSON.parse(value) as Record<string, string>;
  if (action['LifecycleActionResult'] === 'CONTINUE' && action['LifecycleHookName'] === 'ready') return;
  throw new OperatorError(`the instance did not complete its launch: expected CONTINUE of hook ready, got ${value}`);
}

/** Kills one worker; pm2 must replace it. */
async function checkWorkerRecovery(container: Container, namespace: NetworkNamespace): Promise<void> {
  const workerPids = () => pm2Workers(container.processes).map(({ pid }) => pid);
  const before = workerPids();
  const [killed] = before;
  if (killed === undefined) throw new Error('pm2 runs no worker to kill');
  process.kill(killed, 'SIGKILL');
  const isReplaced = () => {
    const now = workerPids();
    return now.length === before.length && !now.includes(killed);
  };
  await waitQuietly('pm2 to replace the killed worker', isReplaced, DEADLINE_MS);
  await waitUntilHealthy(namespace);
}

/** Kills pm2's daemon; systemd must start it again, with all its workers. */
async function checkDaemonRecovery(container: Container, namespace: NetworkNamespace): Promise<void> {
  const before = pm2Daemon(container.processes);
  const workerCount = pm2Workers(container.processes).length;
  if (!before) throw new Error('pm2 has no daemon to kill');
  process.kill(before.pid, 'SIGKILL');
  const isRestarted = () => {
    const { processes } = container;
    const now = pm2Daemon(processes);
    return now !== undefined && now.pid !== before.pid && pm2Workers(processes).length === workerCount;
  };
  await waitQuietly("systemd to restart pm2's daemon with all workers", isRestarted, DEADLINE_MS);
  await waitUntilHealthy(namespace);
}
