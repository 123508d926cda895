import { join } from 'node:path';
import { TIMEOUTS_MS, TIMESTAMPS_PATH } from '../../../server/contract.ts';
import type { CommandLine } from '../../cli/run.ts';

const FOLDER = import.meta.dirname;

/** The load generator's program, in a package of its own. */
export const OWN_ARTILLERY = join(FOLDER, 'node_modules/artillery/bin/run');

/** Variables that artillery is started with: it finds our plugin, and sends no telemetry. */
export const ARTILLERY_ENV = { ARTILLERY_PLUGIN_PATH: join(FOLDER, 'plugins'), ARTILLERY_DISABLE_TELEMETRY: 'true' };

/** One second more than the server allows a request, so that every answer arrives. */
export const REQUEST_TIMEOUT_S = TIMEOUTS_MS.request / 1_000 + 1;

/** A stretch of load in requests per second. */
export interface Phase {
  readonly name: string;
  readonly durationS: number;
  readonly fromPerS: number;
  readonly toPerS: number;
}

/** A load and where it goes. */
export interface LoadPlan {
  readonly target: string;
  readonly phases: readonly Phase[];
}

/** The script of a drill on AWS: the ids of acknowledged timestamps go to a file, periods to the drill. */
export function drillScript(plan: LoadPlan, acknowledgedFile: string) {
  return artilleryScript({
    plan,
    // Clients reuse connections, as load balancers and browsers do.
    connectionsPerWorker: 100,
    hooks: { afterResponse: 'recordAcknowledged' },
    variables: { acknowledgedFile },
    plugins: { periods: {} },
  });
}

/** The script of a rehearsal: every request and its answer go to a file. */
export function rehearsalScript(plan: LoadPlan, notesFile: string) {
  return artilleryScript({
    plan,
    connectionsPerWorker: 20,
    hooks: { beforeRequest: 'noteSent', afterResponse: 'noteAnswer' },
    onError: 'noteError',
    variables: { notesFile },
  });
}

interface ScriptOptions {
  readonly plan: LoadPlan;
  readonly connectionsPerWorker: number;
  /** Functions of `hooks.js`. */
  readonly hooks: { readonly beforeRequest?: string; readonly afterResponse: string };
  /** @default - errors are only counted */
  readonly onError?: string;
  readonly variables: Readonly<Record<string, string>>;
  /** @default - none */
  readonly plugins?: { readonly periods: object };
}

/** A test script of artillery (https://www.artillery.io/docs/reference/test-script). */
function artilleryScript({ plan, connectionsPerWorker, hooks, onError, variables, plugins }: ScriptOptions) {
  return {
    config: {
      target: plan.target,
      phases: plan.phases.map(artilleryPhase),
      http: { timeout: REQUEST_TIMEOUT_S, pool: connectionsPerWorker, maxRedirects: 0 },
      processor: join(FOLDER, 'hooks.js'),
      variables,
      plugins,
    },
    scenarios: [
      {
        name: 'record a timestamp',
        onError,
        flow: [{ post: { url: TIMESTAMPS_PATH, headers: { accept: 'application/json' }, ...hooks } }],
      },
    ],
  };
}

function artilleryPhase({ name, durationS, fromPerS, toPerS }: Phase) {
  const even = { name, duration: durationS, arrivalRate: fromPerS };
  return fromPerS === toPerS ? even : { ...even, rampTo: toPerS };
}

/** The command line that runs a script. */
export function artilleryCommand(program: string, scriptFile: string, reportFile: string): CommandLine {
  return [process.execPath, program, 'run', '--quiet', '--output', reportFile, scriptFile];
}
