import { readFile } from 'node:fs/promises';
import type { CommandDescription, Values } from './cli/arguments.ts';
import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { PRICED_REGIONS } from './cli/prices.ts';
import { STAGE_OPTION } from './cli/values.ts';
import type { Trace } from './scaling/model/simulation.ts';
import { parseMeasurement, positive, wholeOrUnset } from './scaling/simulate/numbers.ts';
import { applyOverrides, OVERRIDE_NAMES } from './scaling/simulate/overrides.ts';
import { renderRuns, runsAsJson } from './scaling/simulate/report.ts';
import { type RunInputs, readStage, runStage, type SimulatedStage } from './scaling/simulate/run.ts';
import { builtInTrace, parseCsvTrace, TRACE_NAMES } from './scaling/simulate/traces.ts';

const command = {
  name: 'simulate',
  summary: 'Plays a load trace against the scaling of a synthesised stage: overload, refused requests, hours, price.',
  options: {
    template: {
      type: 'string',
      value: '<path>',
      default: 'cdk.out',
      help: 'output folder of cdk synth, or one template',
    },
    stage: STAGE_OPTION,
    trace: { type: 'string', value: '<name>', default: 'ramp', help: `${TRACE_NAMES.join(', ')}, or a .csv file` },
    base: {
      type: 'string',
      value: '<rate>',
      help: 'requests/s a built-in trace starts at (default: 30 % of the minimum)',
    },
    peak: { type: 'string', value: '<rate>', help: 'requests/s it rises to (default: 80 % of the maximum)' },
    duration: { type: 'string', value: '<s>', help: 'length of a built-in trace (default: an hour, or a day)' },
    capacity: {
      type: 'string',
      value: '<rate>',
      default: '4000',
      help: 'requests/s of one instance at 100 % CPU, or a .json file with requestsPerInstance and bootS',
    },
    boot: { type: 'string', value: '<s>', help: 'from launch to the first request (default: 60, or that of the file)' },
    'metric-delay': { type: 'string', value: '<s>', default: '60', help: 'until CloudWatch shows a data point' },
    initial: { type: 'string', value: '<n>', help: 'instances at the start (default: what the first second needs)' },
    fault: { type: 'string', value: '<fault>', multiple: true, help: 'kill:<n>@<s>, or lose-zone:<zone>@<from>-<to>' },
    set: {
      type: 'string',
      value: '<k=v>',
      multiple: true,
      help: `compare with a change: ${OVERRIDE_NAMES.join(', ')}`,
    },
    against: { type: 'string', value: '<path>', help: 'compare with the same stage of another synth' },
    region: {
      type: 'string',
      value: '<region>',
      help: `prices of ${PRICED_REGIONS.join(', ')} (default: the stage's)`,
    },
    json: { type: 'boolean', help: 'print settings, sums, events and a timeline as JSON' },
  },
  examples: [
    ['npm run simulate -- --trace flash-crowd --peak 9000', 'a flash crowd against the synthesised dev stage'],
    ['npm run simulate -- --trace spike --set out.steps=60:2/80:4', 'the spike with and without larger steps'],
    ['npm run simulate -- --trace load.csv --fault kill:1@600', 'a recorded load, and an instance lost on the way'],
  ],
} as const satisfies CommandDescription;

await main(command, async ({ values }) => {
  const stage = await readStage(values.template, values.stage);
  const measured = await readMeasurement(values.capacity);
  const inputs: RunInputs = {
    requestsPerInstance: measured.requestsPerInstance,
    bootS: wholeOrUnset('--boot', values.boot) ?? measured.bootS,
    metricDelayS: wholeOrUnset('--metric-delay', values['metric-delay']) ?? 0,
    initialSize: wholeOrUnset('--initial', values.initial),
    region: values.region,
    faults: values.fault,
    trace: await readTrace(values, stage, measured.requestsPerInstance),
  };
  const runs = [runStage(values.against === undefined ? 'as synthesised' : values.template, stage, inputs)];
  if (values.against !== undefined || values.set.length > 0) {
    const other = values.against === undefined ? stage : await readStage(values.against, values.stage);
    const settings = applyOverrides(other.settings, values.set);
    const name = [...(values.against === undefined ? [] : [values.against]), ...values.set].join(' ');
    runs.push(runStage(name, { ...other, settings }, inputs));
  }
  const title = `${inputs.trace.name}, ${inputs.requestsPerInstance} requests/s per instance, boot ${inputs.bootS} s`;
  console.log(values.json ? runsAsJson(runs, title) : renderRuns(runs, title, chartWidth(process.stdout.columns)));
});

function chartWidth(terminalColumns = 100): number {
  return Math.min(120, Math.max(40, terminalColumns - 24));
}

async function readMeasurement(text: string) {
  if (!text.endsWith('.json')) return { requestsPerInstance: positive('--capacity', text), bootS: 60 };
  return parseMeasurement(text, await readInput(text));
}

async function readTrace(
  { trace, base, peak, duration }: Pick<Values<typeof command.options>, 'trace' | 'base' | 'peak' | 'duration'>,
  { settings: { bounds } }: SimulatedStage,
  requestsPerInstance: number,
): Promise<Trace> {
  if (trace.endsWith('.csv')) return parseCsvTrace(trace, await readInput(trace));
  const durationS = wholeOrUnset('--duration', duration);
  return builtInTrace(trace, {
    base: base === undefined ? 0.3 * bounds.min * requestsPerInstance : positive('--base', base),
    peak: peak === undefined ? 0.8 * bounds.max * requestsPerInstance : positive('--peak', peak),
    ...(durationS === undefined ? {} : { durationS }),
  });
}

async function readInput(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new OperatorError(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  });
}
