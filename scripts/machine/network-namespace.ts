import type { CommandLine } from '../cli/run.ts';
import type { Undo } from '../cli/undo.ts';
import { executeQuietly } from './execute.ts';

/** A network of its own, with a loopback and nothing else until it is wired. */
export interface NetworkNamespace {
  readonly name: string;
  /** File that stands for it, as systemd-nspawn wants it. */
  readonly path: string;
  /** The command line that runs another one inside it. */
  inside(line: CommandLine): CommandLine;
}

/** Names a namespace and the way into it. */
export function namespaceNamed(name: string): NetworkNamespace {
  return { name, path: `/run/netns/${name}`, inside: (line) => ['ip', 'netns', 'exec', name, ...line] };
}

/** Makes a namespace without any link to the outside. */
export async function makeNamespace(name: string, undo: Undo): Promise<NetworkNamespace> {
  const namespace = namespaceNamed(name);
  undo.later(`network namespace ${name}`, () => deleteNamespace(name));
  await executeQuietly(['ip', 'netns', 'add', name]);
  await executeQuietly(['ip', '-n', name, 'link', 'set', 'lo', 'up']);
  return namespace;
}

/** Names of all namespaces of this machine. */
export async function listNamespaces(): Promise<string[]> {
  const list = await executeQuietly(['ip', 'netns', 'list']);
  return list.split('\n').flatMap((line) => line.split(' ')[0] || []);
}

/** Deletes a namespace if it is there. */
export async function deleteNamespace(name: string): Promise<void> {
  if ((await listNamespaces()).includes(name)) await executeQuietly(['ip', 'netns', 'delete', name]);
}

/** Ends what still runs in a namespace: with its run killed, nobody else will. */
export async function endProcessesIn(name: string): Promise<void> {
  const pids = await executeQuietly(['ip', 'netns', 'pids', name]);
  for (const pid of pids.split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      // Ended by itself meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
