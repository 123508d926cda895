import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configuredRegion } from './aws/region.ts';
import { confirm } from './cli/confirm.ts';
import { OperatorError, UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { waitUntil } from './cli/wait.ts';
import { OWN_ARTILLERY, requireArtillery, startLoad } from './drills/artillery/artillery.ts';
import { requireBuiltInLoad, startBuiltInLoad } from './drills/aws/built-in-load.ts';
import { DRILL_COMMAND, DRILL_NAMES, type DrillValues } from './drills/aws/command.ts';
import { costOf, costOfAll } from './drills/aws/cost.ts';
import { prepareFault } from './drills/aws/faults/faults.ts';
import { GAME_DAY, gameDayRecord, hasPassed as hasPassedDrill, runGameDay } from './drills/aws/game-day.ts';
import { refuseOtherStage, refuseUnhealthy } from './drills/aws/guards.ts';
import { startMachines } from './drills/aws/machines/load.ts';
import { intentOf, prepareMachines, requireWholeShares, START_DEADLINE_S } from './drills/aws/machines/machines.ts';
import { removeMachines } from './drills/aws/machines/remove.ts';
import { planMute } from './drills/aws/mute.ts';
import { type Plan, planDrill } from './drills/aws/plan.ts';
import { readStageScaling } from './drills/aws/predict-run.ts';
import { type RunDrillOptions, runDrill } from './drills/aws/run-drill.ts';
import { type DrilledStage, takeSnapshot } from './drills/aws/snapshot.ts';
import { writeReport } from './drills/core/report/page.ts';
import { hasPassed, type Report, renderTerminal } from './drills/core/report/report.ts';
import { drillNamed } from './drills/registry.ts';
import { outputsOf } from './stage/outputs.ts';
import { requiredTokens } from './stage/post-timestamp.ts';
import { useRole } from './stage/role.ts';
import { tokensFrom } from './stage/tokens.ts';

/** What is kept of a game day has the form of an incident. */
const TEMPLATE = join(import.meta.dirname, '../docs/incidents/template.md');

/** A fleet that was rolled or scaled needs minutes until it is at rest. */
const RECOVERY_DEADLINE_MS = 1_800_000;

await main(DRILL_COMMAND, async ({ values, positionals: [name] }) => {
  if (values['clean-up']) return await cleanUp(values, name);
  const isGameDay = values['game-day'];
  if (isGameDay === (name !== undefined)) {
    throw new UsageError(`<drill> is missing: ${DRILL_NAMES.join(', ')}, or --game-day instead`);
  }
  const { image } = values;
  refuseUnusedOptions(values);
  const drills = name === undefined ? GAME_DAY : [name];
  const rollsOut = drills.some((each) => drillNamed('aws', each).fault === 'instance-refresh');
  if (image && !rollsOut) throw new UsageError(`--image is '${image}': expected it with rolling-deploy only`);
  await useRole(values);
  const stage = { stage: values.stage, ...(await outputsOf(values.stage, 'service')) };
  if (name === undefined) return await gameDay(values, stage);
  const prepared = await prepareDrill(values, stage, name);
  const harmed = `the stage ${stage.stage}`;
  const harm = prepared.plan.isOutage
    ? `This may make ${harmed} unavailable for minutes.`
    : `This loads and may harm ${harmed}.`;
  if (!values.yes) await confirm(harm, stage.stage);
  const folder = values.out ?? reportFolder(name);
  const { report, page } = await carryOut(values, stage, prepared, folder);
  console.log(`${renderTerminal(report)}\n\nReport: ${page}`);
  if (!hasPassed(report)) process.exitCode = 1;
});

/** Removes what a killed drill has left of its machines. */
async function cleanUp(values: DrillValues, drill: string | undefined): Promise<void> {
  if (drill !== undefined) throw new UsageError(`<drill> is '${drill}': expected --clean-up alone`);
  await useRole(values);
  const { stage } = values;
  if (!values.yes)
    await confirm(`Removes the machines of a drill of stage ${stage}, also of one that is running.`, stage);
  await removeMachines(stage);
  // In another region than that of the stage, none are found.
  console.log(`No machines of drills of ${stage} are left in ${(await configuredRegion()) ?? 'this region'}`);
}

/** @throws UsageError when an option about machines would have no effect */
function refuseUnusedOptions({ machines, load, ...values }: DrillValues): void {
  if (machines !== undefined && load === 'built-in') {
    throw new UsageError(`--machines is '${machines}': expected it with --load artillery only`);
  }
  for (const option of ['subnet', 'security-group'] as const) {
    if (machines !== undefined || !values[option]?.length) continue;
    throw new UsageError(`--${option} is '${values[option]}': expected it with --machines only`);
  }
}

/** Runs the drills of a game day, and keeps a record for the review. */
async function gameDay(values: DrillValues, stage: DrilledStage): Promise<void> {
  const plans = GAME_DAY.map((drill) => planOf(values, stage, drill));
  for (const plan of plans) requireLoad(values, plan);
  const before = await takeSnapshot(stage);
  refuseUnhealthy(before, values['stop-alarm']);
  if (values.load !== 'built-in') await requireArtillery(values.artillery ?? OWN_ARTILLERY);
  const { machines, 'fis-template': fisTemplate } = values;
  const minutes = plans.map((plan) => `${plan.name} (${Math.ceil(plan.durationS / 60)} min)`);
  console.error(`Game day  ${minutes.join(', ')}`);
  console.error(`Cost      ${await costOfAll(plans, before, { usesFis: fisTemplate !== undefined, machines })}`);
  console.error('A drill that fails ends it, and so does a stage that does not recover.');
  if (!values.yes)
    await confirm(`This harms the stage ${stage.stage}: it may be unavailable for minutes.`, stage.stage);
  const folder = values.out ?? reportFolder('game-day');
  await mkdir(folder, { recursive: true });
  const record = join(folder, 'record.md');
  const template = await readFile(TEMPLATE, 'utf8');
  const outcomes = await runGameDay({
    drills: GAME_DAY,
    recover: () => untilHealthy(stage, values['stop-alarm']),
    run: async (drill) => {
      const { report } = await carryOut(values, stage, await prepareDrill(values, stage, drill), join(folder, drill));
      console.log(renderTerminal(report));
      const [judged] = report.runs;
      if (judged) return judged;
      throw new Error(`${drill} has no report`);
    },
    keep: (all) =>
      writeFile(
        record,
        gameDayRecord(template, { stage: stage.stage, image: stage.amiId, planned: GAME_DAY, outcomes: all }),
      ),
  });
  console.log(`Record for the review: ${record} (complete it, and keep it in docs/incidents)`);
  const last = outcomes.at(-1);
  if (outcomes.length < GAME_DAY.length || !last || !hasPassedDrill(last)) process.exitCode = 1;
}

function planOf({ rate, peak = 10 * rate, ...values }: DrillValues, stage: DrilledStage, drill: string) {
  const target = values.target ?? stage.url;
  const options = { ratePerS: rate, peakPerS: peak, durationS: values.duration, faultAtS: values['fault-at'] };
  return planDrill({ drill, target, ...options });
}

/** @throws UsageError when the chosen load generator cannot send the load */
function requireLoad({ load, machines }: DrillValues, plan: Plan): void {
  if (load === 'built-in') requireBuiltInLoad(plan);
  if (machines !== undefined) requireWholeShares(plan, machines);
}

/** Reads the stage, chooses the targets of the fault, and prints what will be done. */
async function prepareDrill(values: DrillValues, stage: DrilledStage, name: string) {
  const { zone, image, subnet: subnets, 'fis-template': fisTemplate, 'stop-alarm': alarm } = values;
  const { machines: count, 'security-group': securityGroup } = values;
  const plan = planOf(values, stage, name);
  requireLoad(values, plan);
  const before = await takeSnapshot(stage);
  refuseUnhealthy(before, alarm);
  // The model predicts the effect of load, but not that of a fault.
  const scaling = plan.fault ? undefined : await readStageScaling(stage.stage, before.group, values.capacity);
  const tokens = tokensFrom(process.env, stage.stage);
  const required = await requiredTokens(stage.url, tokens);
  const reader = { url: plan.target, token: required.read };
  await refuseOtherStage(reader, stage.url, tokens);
  const fault = prepareFault(plan, stage, before, { zone, fisTemplate, image });
  const machines = count && (await prepareMachines({ stage: stage.stage, count, subnets, securityGroup }));
  if (values.load !== 'built-in') await requireArtillery(values.artillery ?? OWN_ARTILLERY);
  // A restore harms nobody, and takes hours: an alarm that is raised meanwhile is a real one.
  const isMuted = !values.unmuted && plan.fault !== 'restore-copy';
  const durationS = plan.durationS + (machines ? START_DEADLINE_S : 0);
  const mute = isMuted ? planMute({ stage: stage.stage, alarms: before.alarms, durationS }) : undefined;

  console.error(`Drill   ${plan.name}: ${plan.summary}`);
  console.error(`Load    ${values.rate}/s to ${plan.target} for ${plan.durationS} s at most`);
  if (machines) console.error(`From    ${intentOf(machines)}`);
  console.error(`Fault   ${fault?.intent ?? 'none'}`);
  console.error(`Cost    ${await costOf(plan, before, { usesFis: fisTemplate !== undefined, machines: count })}`);
  if (fault?.price) console.error(`        ${await fault.price()}`);
  console.error(`Muted   ${mute?.intent ?? 'nothing: people are notified'}`);
  return { plan, fault, scaling, reader, mute, machines, writeToken: required.write };
}

/** Runs a drill that was prepared, and writes its report. */
async function carryOut(
  values: DrillValues,
  stage: DrilledStage,
  { writeToken, machines, ...prepared }: Awaited<ReturnType<typeof prepareDrill>>,
  folder: string,
) {
  const { sample, artillery = OWN_ARTILLERY, 'stop-errors': errorRatio, 'stop-alarm': alarm } = values;
  const createdAt = new Date().toISOString();
  await mkdir(folder, { recursive: true });
  const start: RunDrillOptions['startLoad'] = async (plan, to, undo) => {
    const load = { ...plan, writeToken };
    if (machines) return await startMachines({ artillery, machines, stage }, load, to, undo);
    return values.load === 'built-in' ? await startBuiltInLoad(load, to) : await startLoad(artillery, load, to);
  };
  const judged = await runDrill({ ...prepared, stage, stop: { errorRatio, alarm }, sample, folder, startLoad: start });
  const facts = {
    stage: stage.stage,
    target: prepared.plan.target,
    ...(machines && { machines: String(machines.count) }),
    image: stage.amiId,
    'read back at most': String(sample),
  };
  const report: Report = { title: `Drill of ${stage.stage}`, createdAt, facts, checks: [], runs: [judged] };
  const { page } = await writeReport(folder, report);
  return { report, page };
}

function reportFolder(name: string): string {
  return join('.drill', `${name}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
}

/** Waits until the next drill may begin. */
async function untilHealthy(stage: DrilledStage, alarm: RegExp): Promise<void> {
  const look = async (seen: (state: string) => void) => {
    try {
      refuseUnhealthy(await takeSnapshot(stage), alarm);
      return true;
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      seen(error.message);
      return undefined;
    }
  };
  await waitUntil(`the stage ${stage.stage} to be healthy`, look, { deadlineMs: RECOVERY_DEADLINE_MS });
}
