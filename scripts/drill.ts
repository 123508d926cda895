import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CommandDescription } from './cli/arguments.ts';
import { confirm } from './cli/confirm.ts';
import { UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { imageId, percentage, STAGE_OPTION, webAddress, wholeNumber } from './cli/values.ts';
import { OWN_ARTILLERY, requireArtillery, startLoad } from './drills/artillery/artillery.ts';
import { requireBuiltInLoad, startBuiltInLoad } from './drills/aws/built-in-load.ts';
import { costOf } from './drills/aws/cost.ts';
import { prepareFault } from './drills/aws/faults/faults.ts';
import { refuseOtherStage, refuseUnhealthy } from './drills/aws/guards.ts';
import { planMute } from './drills/aws/mute.ts';
import { planDrill } from './drills/aws/plan.ts';
import { readStageScaling } from './drills/aws/predict-run.ts';
import { runDrill } from './drills/aws/run-drill.ts';
import { takeSnapshot } from './drills/aws/snapshot.ts';
import { writeReport } from './drills/core/report/page.ts';
import { hasPassed, type Report, renderTerminal } from './drills/core/report/report.ts';
import { drillNamed, drillsOn } from './drills/registry.ts';
import { outputsOf } from './stage/outputs.ts';
import { requiredTokens } from './stage/post-timestamp.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';
import { tokensFrom } from './stage/tokens.ts';

const DRILL_NAMES = drillsOn('aws').map(({ name }) => name);
const COUNT = { value: '<n>', schema: wholeNumber(1) } as const;
const SECONDS = { ...COUNT, value: '<s>' } as const;

const command = {
  name: 'drill',
  summary: 'Drills a deployed stage: load, fault, recovery, checks. Asks for confirmation; restores what it changed.',
  positionals: [{ name: 'drill', help: DRILL_NAMES.join(', '), required: true }],
  options: {
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
    artillery: { value: '<file>', help: "artillery's program (default: that of scripts/drills/artillery)" },
    unmuted: { help: 'let the alarms of the drill notify people (default: they are muted until it is over)' },
    yes: { help: 'do not ask for confirmation (pipelines)' },
  },
  examples: [
    ['npm run drill -- kill-instance', 'terminates an instance of dev under 50 requests/s'],
    ['npm run drill -- scale-out --rate 200 --peak 4000', 'loads dev until it scales out'],
    ['npm run drill -- rolling-deploy --image ami-0123456789abcdef0', 'rolls another image out, then rolls it back'],
    ['npm run drill -- lose-az --stage prod --zone eu-west-1b', 'asks first for the name of the stage'],
  ],
} as const satisfies CommandDescription;

await main(command, async ({ values, positionals: [name = ''] }) => {
  const { stage: stageName, rate, peak = 10 * rate, sample, zone, image, 'fis-template': fisTemplate } = values;
  const { artillery = OWN_ARTILLERY, 'fault-at': faultAtS, 'stop-errors': errorRatio, 'stop-alarm': alarm } = values;
  const { fault: faultName } = drillNamed('aws', name);
  if (image && faultName !== 'instance-refresh') {
    throw new UsageError(`--image is '${image}': expected it with rolling-deploy only`);
  }
  const isBuiltIn = values.load === 'built-in';
  await useRole(values);

  const stage = { stage: stageName, ...(await outputsOf(stageName, 'service')) };
  const target = values.target ?? stage.url;
  const plan = planDrill({ drill: name, target, ratePerS: rate, peakPerS: peak, durationS: values.duration, faultAtS });
  if (isBuiltIn) requireBuiltInLoad(plan);
  const before = await takeSnapshot(stage);
  refuseUnhealthy(before, alarm);
  // The model predicts the effect of load, but not that of a fault.
  const scaling = plan.fault ? undefined : await readStageScaling(stageName, before.group, values.capacity);
  const tokens = tokensFrom(process.env, stageName);
  const required = await requiredTokens(stage.url, tokens);
  const reader = { url: target, token: required.read };
  await refuseOtherStage(reader, stage.url, tokens);
  const fault = prepareFault(plan, stage, before, { zone, fisTemplate, image });
  if (!isBuiltIn) await requireArtillery(artillery);

  console.error(`Drill   ${plan.name}: ${plan.summary}`);
  console.error(`Load    ${rate}/s to ${target} for ${plan.durationS} s at most`);
  console.error(`Fault   ${fault?.intent ?? 'none'}`);
  console.error(`Cost    ${await costOf(plan, before, fisTemplate !== undefined)}`);
  if (fault?.price) console.error(`        ${await fault.price()}`);
  // A restore harms nobody, and takes hours: an alarm that is raised meanwhile is a real one.
  const isMuted = !values.unmuted && plan.fault !== 'restore-copy';
  const mute = isMuted ? planMute({ stage: stageName, alarms: before.alarms, durationS: plan.durationS }) : undefined;
  console.error(`Muted   ${mute?.intent ?? 'nothing: people are notified'}`);
  const harm = plan.isOutage ? 'For minutes, nobody is served by' : 'This loads and may harm';
  if (!values.yes) await confirm(`${harm} the stage ${stageName}.`, stageName);

  const createdAt = new Date().toISOString();
  const folder = values.out ?? join('.drill', `${name}-${createdAt.replaceAll(/[:.]/g, '-')}`);
  await mkdir(folder, { recursive: true });
  const stop = { errorRatio, alarm };
  const startPlan = isBuiltIn ? startBuiltInLoad : startLoad.bind(undefined, artillery);
  const start: typeof startBuiltInLoad = (load, to) => startPlan({ ...load, writeToken: required.write }, to);
  const judged = await runDrill({ plan, stage, fault, stop, reader, sample, folder, startLoad: start, scaling, mute });
  const facts = { stage: stageName, target, image: stage.amiId, 'read back at most': String(sample) };
  const report: Report = { title: `Drill of ${stageName}`, createdAt, facts, checks: [], runs: [judged] };
  const { page } = await writeReport(folder, report);
  console.log(`${renderTerminal(report)}\n\nReport: ${page}`);
  if (!hasPassed(report)) process.exitCode = 1;
});
