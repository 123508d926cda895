import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BackgroundProcess, type CommandLine, startBackground } from '../cli/run.ts';
import type { Undo } from '../cli/undo.ts';
import { waitQuietly } from '../cli/wait.ts';
import { Cgroup } from './cgroup.ts';
import { mountOverlay } from './mounts.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import { type Process, readProcess } from './processes.ts';
import { nameInRun } from './run-name.ts';

/** How a container is started. */
export interface ContainerOptions {
  readonly name: string;
  /** Root of a mounted image, shared with other containers. */
  readonly image: string;
  readonly namespace: NetworkNamespace;
  /** Directory for its writable layer and its console log. */
  readonly directory: string;
  /** Files that user data would write. @default - none */
  readonly files?: readonly ContainerFile[];
}

/** A file that is written into a container before it boots. */
export interface ContainerFile {
  readonly path: string;
  readonly text: string;
  /** @default 0o644 */
  readonly mode?: number;
}

const POWER_OFF_DEADLINE_MS = 60_000;

/** A system container that boots an image: systemd-nspawn on an overlay, in its own network namespace and cgroup. */
export class Container {
  readonly root: string;
  readonly cgroup: Cgroup;
  readonly #consoleLog: string;
  readonly #process: BackgroundProcess;

  private constructor(root: string, cgroup: Cgroup, consoleLog: string, process: BackgroundProcess) {
    this.root = root;
    this.cgroup = cgroup;
    this.#consoleLog = consoleLog;
    this.#process = process;
  }

  /** Starts the boot, and does not wait until the container serves. */
  static async boot(options: ContainerOptions, undo: Undo): Promise<Container> {
    const { name, image, namespace, directory, files = [] } = options;
    const root = await mountOverlay(image, join(directory, name), undo);
    await writeFile(join(root, 'etc/hostname'), `${name}\n`);
    await writeFile(join(root, 'etc/hosts'), `127.0.0.1 localhost\n127.0.1.1 ${name}\n`);
    for (const { path, text, mode = 0o644 } of files) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text, { mode });
    }
    const cgroup = new Cgroup(nameInRun(name));
    undo.later(`container ${name}`, () => cgroup.remove());
    await cgroup.make();
    const log = join(directory, `${name}.console.log`);
    const process = startBackground(cgroup.inside(nspawnCommand(name, root, namespace)), { log });
    return new Container(root, cgroup, log, process);
  }

  get processes(): Process[] {
    return this.cgroup.pids.flatMap((pid) => readProcess(pid) ?? []);
  }

  /** Shuts down in order, as EC2 does when an instance is stopped. */
  async powerOff(): Promise<void> {
    const { child } = this.#process;
    child.kill('SIGTERM');
    const isOff = () => child.exitCode !== null || child.signalCode !== null;
    await waitQuietly(`the container to power off (see ${this.#consoleLog})`, isOff, POWER_OFF_DEADLINE_MS);
  }

  /** Ends all its processes at once, as when the hardware is lost. */
  async cutPower(): Promise<void> {
    await this.cgroup.kill();
    await this.#process.stop();
  }
}

/** The command line that boots a root directory as a system. */
export function nspawnCommand(name: string, root: string, namespace: NetworkNamespace): CommandLine {
  return [
    'systemd-nspawn',
    '--quiet',
    '--boot',
    // Without systemd as the host's PID 1, nothing can make a unit or register a machine.
    '--keep-unit',
    '--register=no',
    '--link-journal=no',
    '--timezone=off',
    '--resolv-conf=off',
    '--console=pipe',
    // For the image's firewall; when a namespace is given, nspawn does not grant it by itself.
    '--capability=CAP_NET_ADMIN',
    `--network-namespace-path=${namespace.path}`,
    `--machine=${name}`,
    `--directory=${root}`,
  ];
}
