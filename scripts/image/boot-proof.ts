import { once } from 'node:events';
import { join } from 'node:path';
import { ENV, HEALTH_PATH, IMAGE_PATHS, PORT } from '../../server/contract.ts';
import { OperatorError } from '../cli/errors.ts';
import { type CommandLine, run } from '../cli/run.ts';
import { executeQuietly } from '../rehearsal/execute.ts';
import { Instance, type InstanceFile } from '../rehearsal/instance.ts';
import { mountImage } from '../rehearsal/mounts.ts';
import { makeNamespace, type NetworkNamespace } from '../rehearsal/network-namespace.ts';
import { pm2Daemon, pm2Workers } from '../rehearsal/processes.ts';
import { nameInRun } from '../rehearsal/run-name.ts';
import { authorizedKeys, sshCommand, waitForSsh } from '../rehearsal/ssh.ts';
import { waitQuietly } from '../rehearsal/wait.ts';
import type { Workshop } from '../rehearsal/workshop.ts';
import { lendDatabase } from './lent-database.ts';
import { lend } from './lent-process.ts';
import type { Stopwatch } from './stopwatch.ts';

const DATABASE = { host: '127.0.0.1', port: 8000, table: 'boot-proof' } as const;
const LAUNCH = { script: 'lent-launch-process.ts', host: '127.0.0.1', port: 8001 } as const;
const LAUNCH_URL = `http://${LAUNCH.host}:${LAUNCH.port}`;
const HEALTHY_DEADLINE_MS = 60_000;

/** What user data would write on an instance whose AWS is lent on its loopback. */
const SETTINGS: InstanceFile = {
  path: IMAGE_PATHS.envFile,
  mode: 0o600,
  text: `STAGE=proof
TABLE_NAME=${DATABASE.table}
CLOUDWATCH_METRICS=off
AWS_REGION=eu-west-1
AWS_ENDPOINT_URL_DYNAMODB=http://${DATABASE.host}:${DATABASE.port}
AWS_ACCESS_KEY_ID=proof
AWS_SECRET_ACCESS_KEY=proof
${ENV.launchHook}=ready
${ENV.autoScalingGroup}=proof
AWS_ENDPOINT_URL_AUTO_SCALING=${LAUNCH_URL}
AWS_EC2_METADATA_SERVICE_ENDPOINT=${LAUNCH_URL}
`,
};

/** Boots the sealed image and shows that it serves by itself, meets its spec, and recovers when processes are killed. */
export async function proveBoot(image: string, watch: Stopwatch, { directory, key, undo }: Workshop): Promise<void> {
  const namespace = await makeNamespace(nameInRun('proof'), undo);
  await lendDatabase(DATABASE, undo, namespace.inside);
  const launches = await lend(LAUNCH, undo, namespace.inside);
  const mounted = await mountImage(image, join(directory, 'image'), undo);
  const files = [SETTINGS, authorizedKeys(key)];

  const options = { name: 'proof', image: mounted, namespace, directory, files };
  const instance = await watch.time('boot to first 200', async () => {
    const booting = await Instance.boot(options, undo);
    await waitUntilHealthy(namespace);
    return booting;
  });
  await watch.time('launch completed', () => proveLaunch(launches));
  await waitForSsh(namespace, key, '127.0.0.1');
  const spec: CommandLine = ['sudo', `${IMAGE_PATHS.app}/bin/image-spec`, 'booted'];
  await watch.time('image spec on the instance', () => run(sshCommand(namespace, key, '127.0.0.1', spec)));
  await watch.time('recovery from kill -9 of a worker', () => proveWorkerRecovery(instance, namespace));
  await watch.time("recovery from kill -9 of pm2's daemon", () => proveDaemonRecovery(instance, namespace));
  await watch.time('power off', () => instance.powerOff());
}

/** The instance must have told its group by itself that it serves. */
async function proveLaunch(launches: AsyncIterator<string>): Promise<void> {
  const late = once(AbortSignal.timeout(HEALTHY_DEADLINE_MS), 'abort').then(() => ({ value: '{}' }));
  const { value } = await Promise.race([launches.next(), late]);
  const action = JSON.parse(value) as Record<string, string>;
  if (action['LifecycleActionResult'] === 'CONTINUE' && action['LifecycleHookName'] === 'ready') return;
  throw new OperatorError(`the instance did not complete its launch: expected CONTINUE of hook ready, got ${value}`);
}

async function proveWorkerRecovery(instance: Instance, namespace: NetworkNamespace): Promise<void> {
  const before = pm2Workers(instance.processes).map(({ pid }) => pid);
  const [victim] = before;
  if (victim === undefined) throw new Error('pm2 runs no worker to kill');
  process.kill(victim, 'SIGKILL');
  await waitQuietly(
    'pm2 to replace the killed worker',
    () => {
      const now = pm2Workers(instance.processes).map(({ pid }) => pid);
      return now.length === before.length && !now.includes(victim);
    },
    HEALTHY_DEADLINE_MS,
  );
  await waitUntilHealthy(namespace);
}

async function proveDaemonRecovery(instance: Instance, namespace: NetworkNamespace): Promise<void> {
  const before = pm2Daemon(instance.processes);
  const workers = pm2Workers(instance.processes).length;
  if (!before) throw new Error('pm2 has no daemon to kill');
  process.kill(before.pid, 'SIGKILL');
  await waitQuietly(
    "systemd to restart pm2's daemon with all workers",
    () => {
      const { processes } = instance;
      const now = pm2Daemon(processes);
      return now !== undefined && now.pid !== before.pid && pm2Workers(processes).length === workers;
    },
    HEALTHY_DEADLINE_MS,
  );
  await waitUntilHealthy(namespace);
}

/** Waits for the health check's 200, asked from inside the instance's network. */
export async function waitUntilHealthy(namespace: NetworkNamespace, host = '127.0.0.1'): Promise<void> {
  const line = namespace.inside(healthCommand(host));
  const isHealthy = async () => (await executeQuietly(line).catch(() => '')) === '200';
  await waitQuietly(
    `http://${host}:${PORT}${HEALTH_PATH} in ${namespace.name} to answer 200`,
    isHealthy,
    HEALTHY_DEADLINE_MS,
  );
}

/** The command line that prints the status of the health check. */
export function healthCommand(host: string): CommandLine {
  const url = `http://${host}:${PORT}${HEALTH_PATH}`;
  return ['curl', '--silent', '--output', '/dev/null', '--max-time', '1', '--write-out', '%{http_code}', url];
}
