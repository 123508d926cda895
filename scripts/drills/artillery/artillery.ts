import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENV, TIMEOUTS_MS, TIMESTAMPS_PATH } from '../../../server/contract.ts';
import { OperatorError } from '../../cli/errors.ts';
import { type CommandLine, captureQuietly } from '../../cli/run.ts';
import type { Check } from '../core/run-record.ts';
import type { Period } from './periods.ts';
import { startArtillery } from './running-artillery.ts';

const FOLDER = import.meta.dirname;

/** Our hooks of artillery. */
export const HOOKS = join(FOLDER, 'hooks.js');

/** Loaded before artillery when the load runs on several machines. */
export const MACHINES_PRELOAD = join(FOLDER, 'report-machines.js');

/** The file in the folder of a load that has the ids of acknowledged timestamps. */
export const ACKNOWLEDGED = 'acknowledged.txt';

/** The most ids that are kept of a load: a drill has them in memory, and reads back only a sample. */
const MOST_IDS = 1_000_000;

/** The load generator's program, in a package of its own. */
export const OWN_ARTILLERY = join(FOLDER, 'node_modules/artillery/bin/run');

/** Variables that artillery is started with: it finds our plugin, and sends no telemetry. */
export const ARTILLERY_ENV = { ARTILLERY_PLUGIN_PATH: join(FOLDER, 'plugins'), ARTILLERY_DISABLE_TELEMETRY: 'true' };

/** The name of our hooks on each of several machines. Nothing there says that `.js` is an ES module. */
export const MACHINE_HOOKS = 'hooks.mjs';

/** Connections of each worker of artillery in a drill: clients reuse them, as load balancers and browsers do. */
const CONNECTIONS = 100;

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
  const { config, scenario } = scriptOf(plan, CONNECTIONS, drillHooks(plan));
  const variables = { acknowledgedFile, keepEvery: keepEvery(plan) };
  return { config: { ...config, variables, plugins: { periods: {} } }, scenarios: [scenario] };
}

/** The script that each of several machines runs, in a folder that has the hooks as well. Its rates are those of one. */
export function machineScript(plan: LoadPlan, machines: number, tokenName: string) {
  const shares = plan.phases.map((phase) => ({
    ...phase,
    fromPerS: phase.fromPerS / machines,
    toPerS: phase.toPerS / machines,
  }));
  const { config, scenario } = scriptOf({ ...plan, phases: shares }, CONNECTIONS, drillHooks(plan));
  const variables = { tokenName, keepEvery: keepEvery(plan) };
  return {
    config: { ...config, processor: `./${MACHINE_HOOKS}`, variables },
    scenarios: [scenario],
    after: { flow: [{ function: 'sendAcknowledged' }] },
  };
}

/** Returns n if the id of every nth acknowledged timestamp is kept. */
export function keepEvery(plan: Pick<LoadPlan, 'phases'>): number {
  return Math.max(1, Math.ceil(plannedRequests(plan) / MOST_IDS));
}

/** How many requests a load sends at most. */
export function plannedRequests({ phases }: Pick<LoadPlan, 'phases'>): number {
  return phases.reduce((sum, { durationS, fromPerS, toPerS }) => sum + (durationS * (fromPerS + toPerS)) / 2, 0);
}

function drillHooks({ writeToken }: LoadPlan) {
  return { afterResponse: 'recordAcknowledged', ...(writeToken && { beforeRequest: 'sendWriteToken' }) };
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
      processor: HOOKS,
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
  /** Resolves when requests are sent. @default - they are sent at once */
  readonly started?: Promise<void>;
  /** Resolves when the load has ended; rejects when it failed by itself. */
  readonly ended: Promise<void>;
  /** Ends the load early and waits for its last period. */
  stop(): Promise<void>;
  /** Ids of the timestamps that were acknowledged, in the order of their answers; of a large load a part of them. */
  acknowledgedIds(): Promise<string[]>;
  /** What the load itself must show, after it has ended. @default - nothing */
  checks?(): Promise<readonly Check[]>;
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

/** Starts the load of a plan on this machine; its script, log and ids are written to `folder`. */
export async function startLoad(artillery: string, plan: LoadPlan, folder: string): Promise<Load> {
  const [scriptFile, acknowledgedFile] = [join(folder, 'artillery.json'), join(folder, ACKNOWLEDGED)];
  await writeFile(acknowledgedFile, '');
  await writeFile(scriptFile, JSON.stringify(drillScript(plan, acknowledgedFile), undefined, 2));
  const line = artilleryCommand(artillery, scriptFile, join(folder, 'artillery-report.json'));
  // In the environment, because the script is a file and arguments can be seen by others.
  const env = { ...ARTILLERY_ENV, ...(plan.writeToken && { [ENV.writeToken]: plan.writeToken }) };
  const { periods, ended, stop } = startArtillery(line, folder, env);
  return { periods, ended, stop, acknowledgedIds: () => readAcknowledged(folder) };
}

/** The ids of the acknowledged timestamps in the folder of a load. */
export async function readAcknowledged(folder: string): Promise<string[]> {
  return (await readFile(join(folder, ACKNOWLEDGED), 'utf8')).split('\n').filter((id) => id !== '');
}
