import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { OperatorError } from '../../cli/errors.ts';
import { commandText } from '../../cli/run.ts';
import type { Plan } from '../aws/plan.ts';
import { type Period, parsePeriod } from './periods.ts';
import { ARTILLERY_ENV, artilleryCommand, artilleryScript } from './script.ts';

/** A load that runs. */
export interface Load {
  /** What artillery told so far; grows every ten seconds. */
  readonly periods: readonly Period[];
  /** Settles when artillery has ended; rejects when it failed by itself. */
  readonly ended: Promise<void>;
  /** Ends the load early and waits for its last period. */
  stop(): Promise<void>;
  /** Ids of the timestamps that were acknowledged, in the order of their answers. */
  acknowledgedIds(): Promise<string[]>;
}

const STOP_DEADLINE_MS = 30_000;

/** @throws OperatorError when artillery is not installed */
export async function requireArtillery(program: string): Promise<void> {
  await access(program).catch((cause) => {
    throw new OperatorError(
      `there is no artillery at ${program}; install its package: PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix scripts/drills/artillery`,
      { cause },
    );
  });
}

/** Starts the load of a plan; its script, log and ids stand in `folder`. */
export async function startLoad(
  artillery: string,
  plan: Pick<Plan, 'target' | 'phases'>,
  folder: string,
): Promise<Load> {
  const [scriptFile, acknowledgedFile] = [join(folder, 'artillery.json'), join(folder, 'acknowledged.txt')];
  await writeFile(acknowledgedFile, '');
  await writeFile(scriptFile, JSON.stringify(artilleryScript(plan, acknowledgedFile), undefined, 2));
  const [program, ...args] = artilleryCommand(artillery, scriptFile, join(folder, 'artillery-report.json'));
  const log = openSync(join(folder, 'artillery.log'), 'w');
  console.error(`$ ${commandText([program, ...args])}`);
  // Detached: Ctrl-C reaches this process only, which restores the stage before it ends the load.
  const child = spawn(program, args, {
    stdio: ['ignore', log, log, 'pipe'],
    env: { ...process.env, ...ARTILLERY_ENV },
    detached: true,
  });
  const periods: Period[] = [];
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  let stopping = false;
  createInterface({ input: child.stdio[3] as Readable }).on('line', (line) => {
    try {
      periods.push(parsePeriod(line));
    } catch (error) {
      reject(error);
    }
  });
  child.once('error', reject);
  child.once('close', (code, signal) => {
    if (code === 0 || stopping) resolve();
    else
      reject(new OperatorError(`artillery ended with ${signal ?? code}; what it said is in ${folder}/artillery.log`));
  });
  // Whoever waits sees the failure; without this one that comes before anybody waits would end the process.
  ended.catch(() => undefined);
  return {
    periods,
    ended,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      stopping = true;
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
      await ended.catch(() => undefined).finally(() => clearTimeout(killer));
    },
    async acknowledgedIds() {
      return (await readFile(acknowledgedFile, 'utf8')).split('\n').filter((id) => id !== '');
    },
  };
}
