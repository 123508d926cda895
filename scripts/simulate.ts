import { readFile } from 'node:fs/promises';
import { readSynthesis } from './account/synthesis.ts';
import { type CommandDescription, parseValue } from './cli/arguments.ts';
import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { PRICED_REGIONS } from './cli/prices.ts';
import { positiveNumber, STAGE_OPTION, wholeNumber } from './cli/values.ts';
import { applyOverrides, OVERRIDE_NAMES, parseMeasurement } from './scaling/simulate/options.ts';
import { renderRuns, runsAsJson } from './scaling/simulate/report.ts';
import { readStage, runStage } from './scaling/simulate/run.ts';
import { builtInTrace, parseCsvTrace, TRACE_NAMES } from './scaling/simulate/traces.ts';

const path = { value: '<path>' } as const;
const rate = { value: '<rate>', schema: positiveNumber() } as const;
const seconds = { value: '<s>', schema: wholeNumber() } as const;

const command = {
  name: 'simulate',
  summary: 'Simulates the scaling of a stage under a load: overload, refused requests, hours, price.',
  options: {
    template: { ...path, help: 'output folder of cdk synth, or one template (default: the stage is synthesised)' },
    stage: STAGE_OPTION,
    trace: { value: '<name>', default: 'ramp', help: `${TRACE_NAMES.join(', ')}, or a .csv file` },
    base: { ...rate, help: 'requests/s at which a built-in trace starts (default: 30 % of the minimum)' },
    peak: { ...rate, help: 'requests/s to which it rises (default: 80 % of the maximum)' },
    duration: { ...seconds, help: 'length of a built-in trace (default: an hour, or a day)' },
    capacity: {
      value: '<rate>',
      default: '4000',
      help: 'requests/s of one instance at 100 % CPU, or a .json file with requestsPerInstance and bootS',
    },
    boot: { ...seconds, help: 'from launch to the first request (default: 60, or that of the file)' },
    'metric-delay': { ...seconds, default: '60', help: 'until CloudWatch shows a data point' },
    initial: { ...seconds, value: '<n>', help: 'instances at the start (default: what the first second needs)' },
    fault: { value: '<fault>', multiple: true, help: 'kill:<n>@<s>, or lose-zone:<zone>@<from>-<to>' },
    set: { value: '<k=v>', multiple: true, help: `compare with a change: ${OVERRIDE_NAMES.join(', ')}` },
    against: { ...path, help: 'compare with the same stage of another synth' },
    region: { value: '<region>', help: `prices of ${PRICED_REGIONS.join(', ')} (default: the stage's)` },
    json: { help: 'print settings, sums, events and a timeline as JSON' },
  },
  examples: [
    ['npm run simulate -- --trace flash-crowd --peak 9000', 'a flash crowd against the dev stage'],
    [
      'npm run simulate -- --stage prod --trace spike --set out.steps=50:1/70:2',
      'the spike with and without smaller steps',
    ],
    ['npm run simulate -- --trace load.csv --fault kill:1@600', 'a recorded load during which an instance is lost'],
  ],
} as const satisfies CommandDescription;

await main(command, async ({ values }) => {
  const { template, trace, capacity, against, set } = values;
  const stage =
    template === undefined
      ? await readSynthesis(values.stage, [], (folder) => readStage(folder, values.stage))
      : await readStage(template, values.stage);
  const { requestsPerInstance, bootS } = capacity.endsWith('.json')
    ? parseMeasurement(capacity, await readInput(capacity))
    : { requestsPerInstance: parseValue('--capacity', positiveNumber(), capacity), bootS: 60 };
  const { min, max } = stage.settings.bounds;
  const inputs = {
    requestsPerInstance,
    bootS: values.boot ?? bootS,
    metricDelayS: values['metric-delay'],
    initialSize: values.initial,
    region: values.region,
    faults: values.fault,
    trace: trace.endsWith('.csv')
      ? parseCsvTrace(trace, await readInput(trace))
      : builtInTrace(trace, {
          base: values.base ?? 0.3 * min * requestsPerInstance,
          peak: values.peak ?? 0.8 * max * requestsPerInstance,
          durationS: values.duration,
        }),
  };
  const runs = [runStage(against === undefined ? 'as synthesised' : (template ?? 'as synthesised now'), stage, inputs)];
  if (against !== undefined || set.length > 0) {
    const other = against === undefined ? stage : await readStage(against, values.stage);
    const settings = applyOverrides(other.settings, set);
    runs.push(runStage([against ?? [], set].flat().join(' '), { ...other, settings }, inputs));
  }
  const title = `${inputs.trace.name}, ${requestsPerInstance} requests/s per instance, boot ${inputs.bootS} s`;
  const width = Math.min(120, Math.max(40, (process.stdout.columns ?? 100) - 24));
  console.log(values.json ? runsAsJson(runs, title) : renderRuns(runs, title, width));
});

async function readInput(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new OperatorError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  });
}
