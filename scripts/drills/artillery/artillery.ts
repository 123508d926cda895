import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { OperatorError } from '../../cli/errors.ts';
import { commandText } from '../../cli/run.ts';
import { type Period, parsePeriod } from './periods.ts';
import { ARTILLERY_ENV, artilleryCommand, drillScript, type LoadPlan } from './script.ts';

/** A running load. */
export type Load = Awaited<ReturnType<typeof startLoad>>;

/** @throws OperatorError when artillery is not installed */
export async function requireArtillery(program: string): Promise<void> {
  await access(program).catch((cause) => {
    const remedy = 'PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix scripts/drills/artillery';
    throw new OperatorError(`there is no artillery at ${program}; install its package: ${remedy}`, { cause });
  });
}

/** Starts the load of a plan; its script, log and ids are written to `folder`. */
export async function startLoad(artillery: string, plan: LoadPlan, folder: string) {
  const [scriptFile, acknowledgedFile] = [join(folder, 'artillery.json'), join(folder, 'acknowledged.txt')];
  await writeFile(acknowledgedFile, '');
  await writeFile(scriptFile, JSON.stringify(drillScript(plan, acknowledgedFile), undefined, 2));
  const line = artilleryCommand(artillery, scriptFile, join(folder, 'artillery-report.json'));
  console.error(`$ ${commandText(line)}`);
  const [program, ...args] = line;
  const log = { file: join(folder, 'artillery.log') };
  const running = execa(program, args, {
    stdio: ['ignore', log, log, 'pipe'],
    buffer: false,
    env: ARTILLERY_ENV,
    // Ctrl-C reaches this process only, which restores the stage before it ends the load.
    detached: true,
    cleanup: false,
    forceKillAfterDelay: 30_000,
    reject: false,
  });
  const periods: Period[] = [];
  let isStopping = false;
  const untilEnd = async () => {
    for await (const period of createInterface({ input: running.stdio[3] as Readable })) {
      periods.push(parsePeriod(period));
    }
    const { failed, exitCode, signal, originalMessage } = await running;
    if (!failed || isStopping) return;
    throw new OperatorError(`artillery ended with ${signal ?? exitCode ?? originalMessage}; see ${log.file}`);
  };
  const ended = untilEnd();
  // A failure before anything waits for the end would end this process.
  ended.catch(() => undefined);
  return {
    /** What artillery has reported so far; grows every ten seconds. */
    periods: periods as readonly Period[],
    /** Resolves when artillery has ended; rejects when it failed by itself. */
    ended,
    /** Ends the load early and waits for its last period. */
    async stop(): Promise<void> {
      isStopping = true;
      running.kill('SIGTERM');
      await ended.catch(() => undefined);
      await running;
    },
    /** Ids of the timestamps that were acknowledged, in the order of their answers. */
    async acknowledgedIds(): Promise<string[]> {
      return (await readFile(acknowledgedFile, 'utf8')).split('\n').filter((id) => id !== '');
    },
  };
}
