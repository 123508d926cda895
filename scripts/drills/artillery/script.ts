import { join } from 'node:path';
import { TIMEOUTS_MS, TIMESTAMPS_PATH } from '../../../server/contract.ts';
import type { CommandLine } from '../../cli/run.ts';
import type { Phase, Plan } from '../aws/plan.ts';

const FOLDER = import.meta.dirname;

/** The load generator's program, in a package of its own. */
export const OWN_ARTILLERY = join(FOLDER, 'node_modules/artillery/bin/run');

/** Variables that artillery is started with: it finds our plugin, and calls nobody home. */
export const ARTILLERY_ENV = { ARTILLERY_PLUGIN_PATH: join(FOLDER, 'plugins'), ARTILLERY_DISABLE_TELEMETRY: 'true' };

/** Connections that each of artillery's workers keeps: clients reuse them, as load balancers and browsers do. */
const CONNECTIONS_PER_WORKER = 100;

/** The test script of artillery (https://www.artillery.io/docs/reference/test-script) that sends a plan's load. */
export function artilleryScript({ target, phases }: Pick<Plan, 'target' | 'phases'>, acknowledgedFile: string) {
  return {
    config: {
      target,
      phases: phases.map(artilleryPhase),
      // A second more than the server allows a request: its answer arrives, whatever it is.
      http: { timeout: TIMEOUTS_MS.request / 1_000 + 1, pool: CONNECTIONS_PER_WORKER, maxRedirects: 0 },
      processor: join(FOLDER, 'record-acknowledged.js'),
      variables: { acknowledgedFile },
      plugins: { periods: {} },
    },
    scenarios: [
      {
        name: 'record a timestamp',
        flow: [
          {
            post: {
              url: TIMESTAMPS_PATH,
              headers: { accept: 'application/json' },
              afterResponse: 'recordAcknowledged',
            },
          },
        ],
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
