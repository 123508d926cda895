import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from '../../cli/errors.ts';
import { pinned, type Role } from './cores.ts';

const STOP_DEADLINE_MS = 30_000;
const ANSWER_DEADLINE_MS = 60_000;

/** How a process of the benchmark is started. */
export interface ChildOptions {
  readonly role: Role;
  readonly line: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** @default - this process's working directory */
  readonly cwd?: string;
  /** Open a channel for messages. @default false */
  readonly channel?: boolean;
}

/** A started process. */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #exited: Promise<unknown>;
  /** Keeps messages that come before they are asked for; ends with the channel, hence the process. */
  readonly #messages: AsyncIterator<unknown[], undefined>;

  constructor({ role, line, env, cwd, channel = false }: ChildOptions) {
    const [program, ...args] = pinned(role, line);
    this.#name = line.join(' ');
    this.#process = spawn(program, args, {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'ignore', 'inherit', channel ? 'ipc' : 'ignore'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#exited = once(this.#process, 'exit');
    this.#messages = on(this.#process, 'message', { close: ['disconnect'] });
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new OperatorError(`'${this.#name}' did not start: is it installed?`);
    return this.#process.pid;
  }

  /** @throws OperatorError when the process has ended, which nobody asked it to. */
  requireRunning(): void {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) return;
    throw this.#ended();
  }

  #ended(): OperatorError {
    const { exitCode, signalCode } = this.#process;
    return new OperatorError(
      `'${this.#name}' ended (${signalCode ?? exitCode}) during the benchmark; its message stands above`,
    );
  }

  send(message: object): void {
    this.#process.send(message);
  }

  /** The next message of the process. Rejects when it ends, or says nothing for a minute. */
  async nextMessage<T>(): Promise<T> {
    const deadline = new AbortController();
    const late = sleep(ANSWER_DEADLINE_MS, undefined, { signal: deadline.signal }).then(() => {
      throw new OperatorError(`'${this.#name}' said nothing for ${ANSWER_DEADLINE_MS / 1000} s`);
    });
    try {
      const next = await Promise.race([this.#messages.next(), late]);
      if (!next.done) return next.value[0] as T;
      await this.#exited;
      throw this.#ended();
    } finally {
      deadline.abort();
      late.catch(() => {});
    }
  }

  /** Ends the process by SIGTERM, or by SIGKILL when it has not ended after its deadline. */
  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_DEADLINE_MS);
    await this.#exited;
    clearTimeout(timer);
  }
}
