import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OperatorError } from '../cli/errors.ts';
import type { CommandLine } from '../cli/run.ts';
import type { Undo } from '../cli/undo.ts';
import { Cgroup } from './cgroup.ts';
import { mountOverlay } from './mounts.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import { type Process, readProcess } from './processes.ts';
import { nameInRun } from './run-name.ts';

/** What one instance is started with. */
export interface ContainerOptions {
  readonly name: string;
  /** Root of a mounted image, shared with other instances. */
  readonly image: string;
  readonly namespace: NetworkNamespace;
  /** Directory for its writable layer and its console log. */
  readonly directory: string;
  /** Files that user data would write: path and text. @default - none */
  readonly files?: readonly ContainerFile[];
}

/** A file put on an instance before it boots. */
export interface ContainerFile {
  readonly path: string;
  readonly text: string;
  /** @default 0o644 */
  readonly mode?: number;
}

const POWER_OFF_DEADLINE_MS = 60_000;

/** A machine that boots an image: systemd-nspawn on an overlay, in its own network namespace and cgroup. */
export class Container {
  readonly root: string;
  readonly consoleLog: string;
  readonly cgroup: Cgroup;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(root: string, consoleLog: string, cgroup: Cgroup, process: ChildProcess) {
    this.root = root;
    this.consoleLog = consoleLog;
    this.cgroup = cgroup;
    this.#process = process;
    this.#ended = once(process, 'exit');
  }

  /** Starts to boot; what it serves says when it is up. */
  static async boot(
    { name, image, namespace, directory, files = [] }: ContainerOptions,
    undo: Undo,
  ): Promise<Container> {
    const root = await mountOverlay(image, join(directory, name), undo);
    await writeFile(join(root, 'etc/hostname'), `${name}\n`);
    await writeFile(join(root, 'etc/hosts'), `127.0.0.1 localhost\n127.0.1.1 ${name}\n`);
    for (const { path, text, mode = 0o644 } of files) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text, { mode });
    }
    const cgroup = new Cgroup(nameInRun(name));
    undo.later(`instance ${name}`, () => cgroup.remove());
    await cgroup.make();

    const consoleLog = join(directory, `${name}.console.log`);
    const console = openSync(consoleLog, 'w');
    const [program, ...args] = inCgroup(cgroup, nspawnCommand(name, root, namespace));
    // In a process group of its own: Ctrl-C must reach this process alone, which then takes all away in order.
    const process = spawn(program, args, { stdio: ['ignore', console, console], detached: true });
    return new Container(root, consoleLog, cgroup, process);
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** What runs on it now. */
  get processes(): Process[] {
    return this.cgroup.pids.flatMap((pid) => readProcess(pid) ?? []);
  }

  /** Shuts down in order, as EC2 does when an instance is stopped. */
  async powerOff(): Promise<void> {
    this.#process.kill('SIGTERM');
    const deadline = AbortSignal.timeout(POWER_OFF_DEADLINE_MS);
    const late = once(deadline, 'abort').then(() => {
      throw new OperatorError(`not off after ${POWER_OFF_DEADLINE_MS / 1_000} s: see ${this.consoleLog}`);
    });
    if (this.isRunning) await Promise.race([this.#ended, late]);
  }

  /** Ends all its processes at once, as when the hardware is lost. */
  async cutPower(): Promise<void> {
    await this.cgroup.kill();
    if (this.isRunning) await this.#ended;
  }
}

/** The command line that boots a root directory as a machine. */
export function nspawnCommand(name: string, root: string, namespace: NetworkNamespace): CommandLine {
  return [
    'systemd-nspawn',
    '--quiet',
    '--boot',
    // Without systemd as the host's PID 1 there is nobody to make a unit or to register with.
    '--keep-unit',
    '--register=no',
    '--link-journal=no',
    '--timezone=off',
    '--resolv-conf=off',
    '--console=pipe',
    // The image's firewall; with a namespace given, nspawn does not grant it by itself.
    '--capability=CAP_NET_ADMIN',
    `--network-namespace-path=${namespace.path}`,
    `--machine=${name}`,
    `--directory=${root}`,
  ];
}

function inCgroup(cgroup: Cgroup, line: CommandLine): CommandLine {
  return [join(import.meta.dirname, 'enter-cgroup.sh'), ...cgroup.procsFiles, '--', ...line];
}
