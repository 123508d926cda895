import { z } from 'zod';
import type { CommandDescription, Values } from '../../cli/arguments.ts';
import { imageId, percentage, STAGE_OPTION, webAddress, wholeNumber } from '../../cli/values.ts';
import { AWS_OPTIONS } from '../../stage/role.ts';
import { drillsOn } from '../registry.ts';
import { GAME_DAY } from './game-day.ts';
import { MACHINE } from './machines/machines.ts';

/** The drills that run against a deployed stage. */
export const DRILL_NAMES = drillsOn('aws').map(({ name }) => name);
const COUNT = { value: '<n>', schema: wholeNumber(1) } as const;
const SUBNET = z
  .string()
  .regex(/^subnet-[0-9a-f]{8,17}$/)
  .describe('the id of a subnet');
const SECURITY_GROUP = z
  .string()
  .regex(/^sg-[0-9a-f]{8,17}$/)
  .describe('the id of a security group');
const SECONDS = { ...COUNT, value: '<s>' } as const;

/** The command line of `npm run drill`. */
export const DRILL_COMMAND = {
  name: 'drill',
  summary: 'Drills a deployed stage: load, fault, recovery, checks. Asks for confirmation; restores what it changed.',
  positionals: [{ name: 'drill', help: DRILL_NAMES.join(', ') }],
  options: {
    'game-day': { help: `run ${GAME_DAY.join(', ')} one after another, and write a record for the review` },
    target: { value: '<url>', schema: webAddress(), help: 'where the load goes (default: the Url of the stage)' },
    stage: STAGE_OPTION,
    ...AWS_OPTIONS,
    rate: { ...COUNT, default: '50', help: 'requests/s of the steady load' },
    peak: { ...COUNT, help: 'requests/s of scale-out (default: 10 times the rate)' },
    duration: { ...SECONDS, help: 'longest time of the load (default: that of the drill)' },
    'fault-at': { ...SECONDS, help: 'when the fault begins (default: that of the drill)' },
    zone: { value: '<zone>', help: 'zone that lose-az loses (default: the one with most instances)' },
    'fis-template': {
      value: '<id>',
      help: 'experiment template of AWS FIS for lose-az; needs the AWS CLI (default: deregisters targets)',
    },
    image: {
      value: '<ami-id>',
      schema: imageId(),
      help: 'image that rolling-deploy rolls out, and then rolls back (default: the image of the stage)',
    },
    'stop-errors': {
      value: '<%>',
      schema: percentage(),
      default: '20',
      help: 'stop when a larger share of requests fails for 30 s',
    },
    'stop-alarm': {
      value: '<text>',
      schema: z.string().transform((text) => new RegExp(RegExp.escape(text))),
      default: 'UsersAffected',
      help: 'stop when an alarm of the stage with this text in its name is in ALARM',
    },
    capacity: {
      ...COUNT,
      value: '<rate>',
      help: 'requests/s of an instance at 100 % CPU, for the prediction of scaling (default: as measured)',
    },
    sample: { ...COUNT, default: '2000', help: 'acknowledged timestamps to read back at most' },
    out: { value: '<folder>', help: 'where the report is written (default: .drill/<drill>-<time>)' },
    load: {
      value: '<generator>',
      schema: z.enum(['artillery', 'built-in']),
      default: 'artillery',
      help: 'artillery, or built-in: a constant rate of at most 200/s, without packages (for pipelines)',
    },
    machines: {
      ...COUNT,
      help: `send the load from <n> machines: tasks of AWS Fargate, each with ${MACHINE.vcpus} vCPUs (default: from this machine)`,
    },
    subnet: {
      value: '<id>',
      schema: SUBNET,
      multiple: true,
      help: 'a public subnet for the machines (default: the default subnets of the region)',
    },
    'security-group': {
      value: '<id>',
      schema: SECURITY_GROUP,
      help: 'security group of the machines; must allow outgoing connections (default: that of their VPC)',
    },
    'clean-up': { help: 'remove the machines of a drill that was killed, or of one that is running, and nothing else' },
    artillery: { value: '<file>', help: "artillery's program (default: that of scripts/drills/artillery)" },
    unmuted: { help: 'let the alarms of the drill notify people (default: they are muted until it is over)' },
    yes: { help: 'do not ask for confirmation (pipelines)' },
  },
  examples: [
    ['npm run drill -- kill-instance', 'terminates an instance of dev under 50 requests/s'],
    ['npm run drill -- --game-day --stage dev', 'a game day; asks first for the name of the stage'],
    ['npm run drill -- scale-out --rate 200 --peak 4000', 'loads dev until it scales out'],
    ['npm run drill -- scale-out --peak 8000 --rate 800 --machines 8', 'the same, with the load sent from 8 machines'],
    ['npm run drill -- rolling-deploy --image ami-0123456789abcdef0', 'rolls another image out, then rolls it back'],
    ['npm run drill -- lose-az --stage prod --zone eu-west-1b', 'asks first for the name of the stage'],
  ],
} as const satisfies CommandDescription;

export type DrillValues = Values<typeof DRILL_COMMAND.options>;
