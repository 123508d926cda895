import { type CommandLine, captureQuietly } from '../cli/run.ts';
import type { Undo } from '../cli/undo.ts';

/** A separate network, with nothing but a loopback until it is connected. */
export type NetworkNamespace = ReturnType<typeof namespaceNamed>;

/** Describes a namespace: the file that systemd-nspawn takes for it, and how to run a command line inside it. */
export function namespaceNamed(name: string) {
  const inside = (line: CommandLine): CommandLine => ['ip', 'netns', 'exec', name, ...line];
  return { name, path: `/run/netns/${name}`, inside };
}

/** Makes a namespace without any link to the outside. */
export async function makeNamespace(name: string, undo: Undo): Promise<NetworkNamespace> {
  const namespace = namespaceNamed(name);
  undo.later(`network namespace ${name}`, () => deleteNamespace(name));
  await captureQuietly(['ip', 'netns', 'add', name]);
  await captureQuietly(['ip', '-n', name, 'link', 'set', 'lo', 'up']);
  return namespace;
}

/** Names of all namespaces of this machine. */
export async function listNamespaces(): Promise<string[]> {
  const list = await captureQuietly(['ip', 'netns', 'list']);
  return list.split('\n').flatMap((line) => line.split(' ')[0] || []);
}

/** Deletes a namespace if it exists. */
export async function deleteNamespace(name: string): Promise<void> {
  if ((await listNamespaces()).includes(name)) await captureQuietly(['ip', 'netns', 'delete', name]);
}

/** Kills the processes that a killed run left in a namespace. */
export async function endProcessesIn(name: string): Promise<void> {
  const pids = await captureQuietly(['ip', 'netns', 'pids', name]);
  for (const pid of pids.split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      // It has ended meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
