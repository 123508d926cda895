import { existsSync, globSync } from 'node:fs';
import { type CommandLine, captureQuietly } from '../cli/run.ts';
import type { Undo } from '../cli/undo.ts';

/** Where `ip netns` keeps a file for each namespace. */
const DIRECTORY = '/run/netns';

/** A separate network, with nothing but a loopback until it is connected. */
export type NetworkNamespace = ReturnType<typeof namespaceNamed>;

/** Describes a namespace: the file that systemd-nspawn takes for it, and how to run a command line inside it. */
export function namespaceNamed(name: string) {
  const inside = (line: CommandLine): CommandLine => ['ip', 'netns', 'exec', name, ...line];
  return { name, path: `${DIRECTORY}/${name}`, inside };
}

/** Makes a namespace without any link to the outside. */
export async function makeNamespace(name: string, undo: Undo): Promise<NetworkNamespace> {
  const namespace = namespaceNamed(name);
  undo.later(`network namespace ${name}`, () => deleteNamespace(name));
  await captureQuietly(['ip', 'netns', 'add', name]);
  await captureQuietly(['ip', '-n', name, 'link', 'set', 'lo', 'up']);
  return namespace;
}

/** Gives a namespace a network card whose cable leads nowhere: programs that listen on every card do so there too. */
export async function addNetworkCard({ name }: NetworkNamespace, cidr: string): Promise<void> {
  const ip = (...words: string[]) => captureQuietly(['ip', '-n', name, ...words]);
  await ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'nowhere');
  await ip('address', 'add', cidr, 'dev', 'eth0');
  for (const card of ['eth0', 'nowhere']) await ip('link', 'set', card, 'up');
}

/** Names of all namespaces of this machine. */
export function listNamespaces(): string[] {
  return globSync('*', { cwd: DIRECTORY });
}

/** Deletes a namespace if it exists. */
export async function deleteNamespace(name: string): Promise<void> {
  if (existsSync(namespaceNamed(name).path)) await captureQuietly(['ip', 'netns', 'delete', name]);
}

/** Kills the processes that a killed run left in a namespace. */
export async function endProcessesIn(name: string): Promise<void> {
  const pids = (await captureQuietly(['ip', 'netns', 'pids', name])).split('\n').filter(Boolean);
  // This fails when one has ended meanwhile; the others are killed nevertheless.
  if (pids.length > 0) await captureQuietly(['kill', '-KILL', ...pids]).catch(() => undefined);
}
