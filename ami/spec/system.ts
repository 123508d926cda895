import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Output of a program, trimmed, even if it exits with an error, as most `systemctl is-…` commands do. */
export function output(program: string, ...args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? '').trim();
  }
}

export function textOf(path: string): string {
  return readFileSync(path, 'utf8');
}

/** Owner, group and mode, such as `root:root 644`. */
export function ownershipOf(path: string): string {
  return output('stat', '--format=%U:%G %a', path);
}

/** Names in a directory; none if it does not exist. */
export function entriesOf(path: string): string[] {
  return existsSync(path) ? readdirSync(path) : [];
}

/** All files below a directory, with their full paths. */
export function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((name) => statSync(name, { throwIfNoEntry: false })?.isFile());
}

/** Whether a unit starts at boot: `enabled`, `disabled` or `masked`. */
export function enablement(unit: string): string {
  return output('systemctl', 'is-enabled', unit);
}

/** Whether a unit is running: `active`, `inactive` or `failed`. */
export function activity(unit: string): string {
  return output('systemctl', 'is-active', unit);
}

/** A property of a unit, as systemd shows it. */
export function property(unit: string, name: string): string {
  return output('systemctl', 'show', '--value', `--property=${name}`, unit);
}

/** Home directories of the users who may log in. */
export function homes(): string[] {
  return ['/root', ...entriesOf('/home').map((name) => join('/home', name))];
}

/** A container shares the kernel and clock of its host, so the units that configure them do not run. */
export const IN_CONTAINER = output('systemd-detect-virt', '--container') !== 'none';
