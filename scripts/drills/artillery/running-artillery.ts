import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { OperatorError } from '../../cli/errors.ts';
import { type CommandLine, commandText } from '../../cli/run.ts';
import { type Period, parsePeriod } from './periods.ts';

/** What `report-machines.js` writes before the first period. */
const STARTED = 'started';

/** Starts artillery, which reports to file descriptor 3; its log is written to `folder`. */
export function startArtillery(line: CommandLine, folder: string, env: Readonly<Record<string, string>>) {
  console.error(`$ ${commandText(line)}`);
  const [program, ...args] = line;
  const log = { file: join(folder, 'artillery.log') };
  const running = execa(program, args, {
    stdio: ['ignore', log, log, 'pipe'],
    buffer: false,
    env,
    // Ctrl-C reaches this process only, which restores the stage before it ends the load.
    detached: true,
    cleanup: false,
    forceKillAfterDelay: 30_000,
    reject: false,
  });
  const periods: Period[] = [];
  const begin = Promise.withResolvers<void>();
  let isStopping = false;
  const untilEnd = async () => {
    for await (const reported of createInterface({ input: running.stdio[3] as Readable })) {
      if (reported === STARTED) begin.resolve();
      else periods.push(parsePeriod(reported));
    }
    const { failed, exitCode, signal, originalMessage } = await running;
    if (!failed || isStopping) return;
    throw new OperatorError(`artillery ended with ${signal ?? exitCode ?? originalMessage}; see ${log.file}`);
  };
  const ended = untilEnd();
  const started = Promise.race([begin.promise, ended]);
  // A failure before anything waits for it would end this process.
  for (const promise of [started, ended]) promise.catch(() => undefined);
  return {
    periods,
    /** Resolves when artillery says that it sends requests, or has ended; only that of several machines says it. */
    started,
    ended,
    async stop() {
      isStopping = true;
      running.kill('SIGTERM');
      await ended.catch(() => undefined);
      await running;
    },
  };
}
