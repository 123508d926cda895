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

/** A phase of the load in requests per second. */
export interface Phase {
  readonly name: string;
  readonly durationS: number;
  readonly fromPerS: number;
  readonly toPerS: number;
}

/** A load and where it goes. */
export type LoadPlan = { readonly target: string; readonly phases: readonly Phase[] };

/** The script of a drill on AWS: the ids of acknowledged timestamps go to a file, periods to the drill. */
export function drillScript(plan: LoadPlan, acknowledgedFile: string) {
  // Clients reuse connections, as load balancers and browsers do.
  const { config, scenario } = scriptOf(plan, 100, { afterResponse: 'recordAcknowledged' });
  return { config: { ...config, variables: { acknowledgedFile }, plugins: { periods: {} } }, scenarios: [scenario] };
}

/** The script of a rehearsal: every request and its answer go to a file. */
export function rehearsalScript(plan: LoadPlan, notesFile: string) {
  const { config, scenario } = scriptOf(plan, 20, { beforeRequest: 'noteSent', afterResponse: 'noteAnswer' });
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
