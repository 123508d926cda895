import type { CommandDescription } from '../../cli/arguments.ts';
import { UsageError } from '../../cli/errors.ts';
import { STAGE_OPTION, webAddress } from '../../cli/values.ts';
import type { AwsFault } from '../drill.ts';
import { drillsOn } from '../registry.ts';

const DRILL_NAMES = drillsOn('aws')
  .map(({ name }) => name)
  .join(', ');

/** The command line of `npm run drill`. */
export const DRILL_COMMAND = {
  name: 'drill',
  summary:
    'Drills a deployed stage: load, a fault, recovery, and a verdict. Asks before it harms; restores what it changed.',
  positionals: [{ name: 'drill', help: DRILL_NAMES, required: true }],
  options: {
    target: {
      type: 'string',
      value: '<url>',
      schema: webAddress(),
      help: 'where the load goes (default: the Url of the stage)',
    },
    stage: STAGE_OPTION,
    rate: { type: 'string', value: '<n>', default: '50', help: 'requests/s of the steady load' },
    peak: { type: 'string', value: '<n>', help: 'requests/s of scale-out (default: 10 times the rate)' },
    duration: { type: 'string', value: '<s>', help: 'longest time of the load (default: that of the drill)' },
    'fault-at': { type: 'string', value: '<s>', help: 'when the fault begins (default: that of the drill)' },
    zone: { type: 'string', value: '<zone>', help: 'zone that lose-az loses (default: the one with most instances)' },
    'fis-template': {
      type: 'string',
      value: '<id>',
      help: 'experiment template of AWS FIS for lose-az; needs the AWS CLI (default: deregisters targets)',
    },
    image: {
      type: 'string',
      value: '<ami-id>',
      help: "image that rolling-deploy rolls out, and takes back afterwards (default: the stage's own, once more)",
    },
    'stop-errors': { type: 'string', value: '<%>', default: '20', help: 'stop when more fails for 30 s' },
    'stop-alarm': {
      type: 'string',
      value: '<text>',
      default: 'UsersAffected',
      help: 'stop when an alarm of the stage with this in its name rings',
    },
    capacity: {
      type: 'string',
      value: '<rate>',
      help: 'requests/s of an instance at 100 % CPU, for the prediction of scaling (default: as the drill measures)',
    },
    sample: { type: 'string', value: '<n>', default: '2000', help: 'acknowledged timestamps to read back at most' },
    out: { type: 'string', value: '<folder>', help: 'where the report goes (default: .drill/<drill>-<time>)' },
    artillery: {
      type: 'string',
      value: '<file>',
      help: "artillery's program (default: that of scripts/drills/artillery)",
    },
    yes: { type: 'boolean', help: 'do not ask (pipelines)' },
  },
  examples: [
    ['npm run drill -- kill-instance', 'terminates an instance of dev under 50 requests/s'],
    ['npm run drill -- scale-out --rate 200 --peak 4000', 'loads dev until it scales out'],
    ['npm run drill -- rolling-deploy --image ami-0123456789abcdef0', 'rolls another image out, and takes it back'],
    ['npm run drill -- lose-az --stage prod --zone eu-west-1b', 'asks first, and for the name of the stage'],
  ],
} as const satisfies CommandDescription;

/** Reads the value of an option as a whole number of 1 or more. */
export function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} is '${text}': expected a whole number, 1 or more`);
}

/** Reads a percentage as a share between 0 and 1. */
export function ratioOf(name: string, text: string): number {
  const percent = Number(text);
  if (text.trim() !== '' && percent > 0 && percent <= 100) return percent / 100;
  throw new UsageError(`--${name} is '${text}': expected a percentage above 0, at most 100`);
}

/** Reads the id of an image for a drill. @throws UsageError when it is none, or the drill rolls nothing out */
export function imageFor(fault: AwsFault | undefined, text: string): string {
  if (fault !== 'instance-refresh') throw new UsageError(`--image is '${text}': expected it with rolling-deploy only`);
  if (/^ami-[0-9a-f]{8,17}$/.test(text)) return text;
  throw new UsageError(`--image is '${text}': expected the id of an image, such as ami-0123456789abcdef0`);
}

/** Reads the text that an alarm's name must contain, as a pattern that means just this text. */
export function alarmPattern(text: string): RegExp {
  return new RegExp(RegExp.escape(text));
}
