import { once } from 'node:events';
import { join } from 'node:path';
import { IMAGE_PATHS } from '../../ami/contract.ts';
import { ENV } from '../../server/contract.ts';
import { OperatorError } from '../cli/errors.ts';
import { type CommandLine, run } from '../cli/run.ts';
import { Container, type ContainerFile } from '../machine/container.ts';
import { startLifecycleHookEndpoint, startTestDatabase } from '../machine/fixtures.ts';
import { waitUntilHealthy } from '../machine/health.ts';
import { mountImage } from '../machine/mounts.ts';
import { makeNamespace } from '../machine/network-namespace.ts';
import { nameInRun } from '../machine/run-name.ts';
import type { Sandbox } from '../machine/sandbox.ts';
import { authorizedKeys, sshCommand, waitForSsh } from '../machine/ssh.ts';
import { proveDaemonRecovery, proveWorkerRecovery } from './recovery-proof.ts';
import type { Stopwatch } from './stopwatch.ts';

const DATABASE = { host: '127.0.0.1', port: 8000, table: 'boot-proof' } as const;
const LAUNCH = { host: '127.0.0.1', port: 8001 } as const;
const LAUNCH_URL = `http://${LAUNCH.host}:${LAUNCH.port}`;
const LAUNCH_DEADLINE_MS = 60_000;

/** What user data would write on an instance whose AWS is lent on its loopback. */
const SETTINGS: ContainerFile = {
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
export async function proveBoot(image: string, watch: Stopwatch, { directory, key, undo }: Sandbox): Promise<void> {
  const namespace = await makeNamespace(nameInRun('proof'), undo);
  await startTestDatabase(DATABASE, undo, namespace.inside);
  const launches = await startLifecycleHookEndpoint(LAUNCH, undo, namespace.inside);
  const mounted = await mountImage(image, join(directory, 'image'), undo);
  const files = [SETTINGS, authorizedKeys(key)];

  const options = { name: 'proof', image: mounted, namespace, directory, files };
  const instance = await watch.time('boot to first 200', async () => {
    const booting = await Container.boot(options, undo);
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
  const late = once(AbortSignal.timeout(LAUNCH_DEADLINE_MS), 'abort').then(() => ({ value: '{}' }));
  const { value } = await Promise.race([launches.next(), late]);
  const action = JSON.parse(value) as Record<string, string>;
  if (action['LifecycleActionResult'] === 'CONTINUE' && action['LifecycleHookName'] === 'ready') return;
  throw new OperatorError(`the instance did not complete its launch: expected CONTINUE of hook ready, got ${value}`);
}
