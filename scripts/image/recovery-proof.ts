import type { Container } from '../machine/container.ts';
import { waitUntilHealthy } from '../machine/health.ts';
import type { NetworkNamespace } from '../machine/network-namespace.ts';
import { pm2Daemon, pm2Workers } from '../machine/processes.ts';
import { waitQuietly } from '../machine/wait.ts';

const RECOVERY_DEADLINE_MS = 60_000;

/** Kills one worker; pm2 must replace it. */
export async function proveWorkerRecovery(instance: Container, namespace: NetworkNamespace): Promise<void> {
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
    RECOVERY_DEADLINE_MS,
  );
  await waitUntilHealthy(namespace);
}

/** Kills pm2's daemon; systemd must start it again, with all its workers. */
export async function proveDaemonRecovery(instance: Container, namespace: NetworkNamespace): Promise<void> {
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
    RECOVERY_DEADLINE_MS,
  );
  await waitUntilHealthy(namespace);
}
