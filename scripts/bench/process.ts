/** Processes of the benchmark: each bound to a core, with messages to and from it, and its use of CPU and memory. */
import { on, once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { OperatorError } from '../cli/errors.ts';
import type { CommandLine } from '../cli/run.ts';

const STOP_DEADLINE_MS = 30_000;
const ANSWER_DEADLINE_MS = 60_000;

const cores = availableParallelism();

/** Whether processes can be bound to cores here: it takes two cores and `taskset` of util-linux. */
export const PINNED = cores >= 2 && existsSync('/usr/bin/taskset');

/** The server has core 0 to itself. Generator and backend share core 1 where there are only two. */
const CORES = { server: '0', generator: '1', backend: cores > 2 ? '2' : '1' };

/** Collects what runs, and stops it when it is disposed of. */
export type Cleanup = AsyncDisposableStack;

interface BenchProcessOptions {
  /** Decides which core the process is bound to. */
  readonly role: keyof typeof CORES;
  readonly line: CommandLine;
  /** All of its environment but `PATH`. @default - nothing */
  readonly env?: Readonly<Record<string, string>>;
  /** @default - this process's working directory */
  readonly cwd?: string;
  /** Open a channel for messages. @default false */
  readonly channel?: boolean;
}

/** A process that runs until it is disposed of. */
export class BenchProcess implements AsyncDisposable {
  readonly pid: number;
  readonly #name: string;
  readonly #running: ReturnType<typeof start>;
  /** Keeps messages until they are asked for; ends with the channel, hence with the process. */
  readonly #messages: AsyncIterator<unknown[], undefined>;

  constructor(options: BenchProcessOptions) {
    this.#name = options.line.join(' ');
    this.#running = start(options);
    this.pid = this.#running.pid as number;
    this.#messages = on(this.#running.nodeChildProcess, 'message', { close: ['disconnect'] });
  }

  /** @throws OperatorError when the process has ended by itself. */
  requireRunning(): void {
    const { exitCode, signalCode } = this.#running.nodeChildProcess;
    const end = signalCode ?? exitCode;
    if (end === null) return;
    throw new OperatorError(`'${this.#name}' ended (${end}) during the benchmark; its own message is above`);
  }

  send(message: object): void {
    this.#running.nodeChildProcess.send(message);
  }

  /** The next message of the process. Rejects when it ends, or sends nothing for a minute. */
  async nextMessage<T>(): Promise<T> {
    const late = sleep(ANSWER_DEADLINE_MS, undefined, { ref: false });
    const next = await Promise.race([this.#messages.next(), late]);
    if (!next) throw new OperatorError(`'${this.#name}' sent no message for ${ANSWER_DEADLINE_MS / 1000} s`);
    if (next.done) {
      await this.#running;
      this.requireRunning();
    }
    return next.value?.[0] as T;
  }

  /** Ends the process by SIGTERM, or by SIGKILL when it is still there after 30 s. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#running.kill();
    await this.#running;
  }
}

function start({ role, line, env, channel = false, ...options }: BenchProcessOptions) {
  // `taskset` becomes the program that it starts, so the process id stays.
  const [program, ...args] = PINNED ? (['taskset', '-c', CORES[role], ...line] as const) : line;
  return execa(program, args, {
    ...options,
    env: { PATH: process.env['PATH'], ...env },
    extendEnv: false,
    stdio: ['ignore', 'ignore', 'inherit'],
    ipc: channel,
    buffer: false,
    reject: false,
    forceKillAfterDelay: STOP_DEADLINE_MS,
  });
}

/** USER_HZ of Linux on x86 and Arm: the unit of CPU time in /proc. */
const TICKS_PER_SECOND = 100;

/** User and system CPU time of a process and its threads in microseconds, from Linux's /proc (steps of 10 ms). */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name, in parentheses, may hold spaces; utime and stime are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND;
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** A loopback port that nothing listens on. */
export async function freePort(): Promise<number> {
  await using server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
