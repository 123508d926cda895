import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { ENV, TIMEOUTS_MS, TIMESTAMPS_PATH } from '../../../server/contract.ts';
import { OperatorError } from '../../cli/errors.ts';
import { type CommandLine, captureQuietly, commandText } from '../../cli/run.ts';
import { type Period, parsePeriod } from './periods.ts';

const FOLDER = import.meta.dirname;

/** The load generator's program, in a package of its own. */
export const OWN_ARTILLERY = join(FOLDER, 'node_modules/artillery/bin/run');

/** Variables that artillery is started with: it finds our plugin, and sends no telemetry. */
export const ARTILLERY_ENV = { ARTILLERY_PLUGIN_PATH: join(FOLDER, 'plugins'), ARTILLERY_DISABLE_TELEMETRY: 'true' };

const INSTALL_DEADLINE_MS = 600_000;

/** One second more than the server allows a request, so that every answer arrives. */
export const REQUEST_TIMEOUT_S = TIMEOUTS_MS.request / 1_000 + 1;

/** A phase of the load in requests per second. */
export type Phase = Readonly<{ name: string; durationS: number; fromPerS: number; toPerS: number }>;

/** A load and where it goes. */
export type LoadPlan = {
  readonly target: string;
  readonly phases: readonly Phase[];
  /** The token for recording, if the service requires one. */
  readonly writeToken?: string | undefined;
};

/** The script of a drill on AWS: the ids of acknowledged timestamps go to a file, periods to the drill. */
export function drillScript(plan: LoadPlan, acknowledgedFile: string) {
  // Clients reuse connections, as load balancers and browsers do.
  const hooks = { afterResponse: 'recordAcknowledged', ...(plan.writeToken && { beforeRequest: 'sendWriteToken' }) };
  const { config, scenario } = scriptOf(plan, 100, hooks);
  return { config: { ...config, variables: { acknowledgedFile }, plugins: { periods: {} } }, scenarios: [scenario] };
}

/** The script of a rehearsal: every request and its answer go to a file. */
export function rehearsalScript(plan: LoadPlan, notesFile: string) {
  // Enough for every request that waits for its timeout: otherwise requests would wait in artillery, not in the service.
  const connections = REQUEST_TIMEOUT_S * Math.max(...plan.phases.map(({ toPerS }) => toPerS)) + 50;
  const { config, scenario } = scriptOf(plan, connections, { beforeRequest: 'noteSent', afterResponse: 'noteAnswer' });
  return { config: { ...config, variables: { notesFile } }, scenarios: [{ ...scenario, onError: 'noteError' }] };
}

/** What every test script has in common (https://www.artillery.io/docs/reference/test-script). The hooks are in hooks.js. */
function scriptOf<Hooks extends object>({ target, phases }: LoadPlan, connectionsPerWorker: number, hooks: Hooks) {
  const post = { url: TIMESTAMPS_PATH, headers: { accept: 'application/json' }, ...hooks };
  return {
    config: {
      target,
      phases: phases.map(({ name, durationS, fromPerS, toPerS }) => {
        const even = { name, duration: durationS, arrivalRate: fromPerS };
        return fromPerS === toPerS ? even : { ...even, rampTo: toPerS };
      }),
      http: { timeout: REQUEST_TIMEOUT_S, pool: connectionsPerWorker, maxRedirects: 0 },
      processor: join(FOLDER, 'hooks.js'),
    },
    scenario: { name: 'record a timestamp', flow: [{ post }] },
  };
}

/** The command line that runs a script. */
export function artilleryCommand(program: string, scriptFile: string, reportFile: string): CommandLine {
  return [process.execPath, program, 'run', '--quiet', '--output', reportFile, scriptFile];
}

/** A running load. */
export interface Load {
  /** What was reported so far; grows every ten seconds. */
  readonly periods: readonly Period[];
  /** Resolves when the load has ended; rejects when it failed by itself. */
  readonly ended: Promise<void>;
  /** Ends the load early and waits for its last period. */
  stop(): Promise<void>;
  /** Ids of the timestamps that were acknowledged, in the order of their answers. */
  acknowledgedIds(): Promise<string[]>;
}

/**
 * Checks that artillery's program exists. Our own is installed if it is missing, which takes about a minute.
 *
 * @throws OperatorError when another program does not exist, or the installation fails
 */
export async function requireArtillery(program: string, own = OWN_ARTILLERY): Promise<void> {
  const exists = await access(program).then(
    () => true,
    () => false,
  );
  if (exists) return;
  if (program !== own)
    throw new OperatorError(`there is no artillery at ${program}: expected its program, such as ${own}`);
  console.error(`Installing artillery, about 470 MB (npm ci in ${FOLDER}) ...`);
  const install = ['npm', 'ci', '--prefix', FOLDER, '--no-audit', '--no-fund', '--loglevel=error'] as const;
  await captureQuietly(install, { env: { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' }, deadlineMs: INSTALL_DEADLINE_MS });
}

/** Starts the load of a plan; its script, log and ids are written to `folder`. */
export async function startLoad(artillery: string, plan: LoadPlan, folder: string): Promise<Load> {
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
    // In the environment, because the script is a file and arguments can be seen by others.
    env: { ...ARTILLERY_ENV, ...(plan.writeToken && { [ENV.writeToken]: plan.writeToken }) },
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
    periods,
    ended,
    async stop() {
      isStopping = true;
      running.kill('SIGTERM');
      await ended.catch(() => undefined);
      await running;
    },
    async acknowledgedIds() {
      return (await readFile(acknowledgedFile, 'utf8')).split('\n').filter((id) => id !== '');
    },
  };
}
