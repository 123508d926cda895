import { type CommandLine, captureQuietly } from '../cli/run.ts';
import type { Undo } from '../cli/undo.ts';

/** A separate network, with nothing but a loopback until it is connected. */
export interface NetworkNamespace {
  readonly name: string;
  /** File that systemd-nspawn takes for it. */
  readonly path: string;
  /** The command line that runs another one inside it. */
  inside(line: CommandLine): CommandLine;
}

/** Describes a namespace by its name. */
export function namespaceNamed(name: string): NetworkNamespace {
  return { name, path: `/run/netns/${name}`, inside: (line) => ['ip', 'netns', 'exec', name, ...line] };
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
