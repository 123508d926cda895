import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { type CommandDescription, parseValue, type Values } from './cli/arguments.ts';
import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { PRICED_REGIONS } from './cli/prices.ts';
import { positiveNumber, STAGE_OPTION, wholeNumber } from './cli/values.ts';
import type { Trace } from './scaling/model/simulation.ts';
import { type Measurement, parseMeasurement } from './scaling/simulate/options.ts';
import { applyOverrides, OVERRIDE_NAMES } from './scaling/simulate/overrides.ts';
import { renderRuns, runsAsJson } from './scaling/simulate/report.ts';
import { type RunOptions, readStage, runStage, type SimulatedStage } from './scaling/simulate/run.ts';
import { builtInTrace, parseCsvTrace, TRACE_NAMES } from './scaling/simulate/traces.ts';

function value<Schema extends z.ZodType>(value: string, schema: Schema, help: string) {
  return { type: 'string', value, schema, help } as const;
}

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
    base: value(
      '<rate>',
      positiveNumber(),
      'requests/s at which a built-in trace starts (default: 30 % of the minimum)',
    ),
    peak: value('<rate>', positiveNumber(), 'requests/s to which it rises (default: 80 % of the maximum)'),
    duration: value('<s>', wholeNumber(), 'length of a built-in trace (default: an hour, or a day)'),
    capacity: {
      type: 'string',
      value: '<rate>',
      default: '4000',
      help: 'requests/s of one instance at 100 % CPU, or a .json file with requestsPerInstance and bootS',
    },
    boot: value('<s>', wholeNumber(), 'from launch to the first request (default: 60, or that of the file)'),
    'metric-delay': {
      type: 'string',
      value: '<s>',
      default: '60',
      help: 'until CloudWatch shows a data point',
      schema: wholeNumber(),
    },
    initial: value('<n>', wholeNumber(), 'instances at the start (default: what the first second needs)'),
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
    ['npm run simulate -- --trace load.csv --fault kill:1@600', 'a recorded load during which an instance is lost'],
  ],
} as const satisfies CommandDescription;

await main(command, async ({ values }) => {
  const stage = await readStage(values.template, values.stage);
  const measured = await readMeasurement(values.capacity);
  const inputs: RunOptions = {
    requestsPerInstance: measured.requestsPerInstance,
    bootS: values.boot ?? measured.bootS,
    metricDelayS: values['metric-delay'],
    initialSize: values.initial,
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

async function readMeasurement(text: string): Promise<Measurement> {
  if (text.endsWith('.json')) return parseMeasurement(text, await readInput(text));
  return { requestsPerInstance: parseValue('--capacity', positiveNumber(), text), bootS: 60 };
}

async function readTrace(
  { trace, base, peak, duration }: Pick<Values<typeof command.options>, 'trace' | 'base' | 'peak' | 'duration'>,
  { settings: { bounds } }: SimulatedStage,
  requestsPerInstance: number,
): Promise<Trace> {
  if (trace.endsWith('.csv')) return parseCsvTrace(trace, await readInput(trace));
  return builtInTrace(trace, {
    base: base ?? 0.3 * bounds.min * requestsPerInstance,
    peak: peak ?? 0.8 * bounds.max * requestsPerInstance,
    durationS: duration,
  });
}

async function readInput(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new OperatorError(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  });
}
