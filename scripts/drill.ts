import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ENV } from '../server/contract.ts';
import { describeInstances } from './aws/ec2-instances.ts';
import { confirm } from './cli/confirm.ts';
import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { requireArtillery } from './drills/artillery/artillery.ts';
import { OWN_ARTILLERY } from './drills/artillery/script.ts';
import { isStored, type Reader } from './drills/aws/acknowledged-in-table.ts';
import { costText, expectedCost } from './drills/aws/cost.ts';
import { prepareFault } from './drills/aws/faults/prepare.ts';
import { refuseUnhealthy } from './drills/aws/guards.ts';
import { alarmPattern, DRILL_COMMAND, imageFor, ratioOf, wholeNumber } from './drills/aws/options.ts';
import { type Plan, planDrill } from './drills/aws/plan.ts';
import { readStageScaling } from './drills/aws/predict-run.ts';
import { runDrill } from './drills/aws/run.ts';
import { type Snapshot, servingMembers, takeSnapshot } from './drills/aws/snapshot.ts';
import { writeReport } from './drills/core/report/page.ts';
import { hasPassed, type Report } from './drills/core/report/report.ts';
import { renderTerminal } from './drills/core/report/terminal.ts';
import { drillNamed } from './drills/registry.ts';
import { outputsOf } from './stage/outputs.ts';
import { postTimestamp } from './stage/post-timestamp.ts';

/** Pause between two looks at the stage: within the rate limits of AWS, and finer than its health checks. */
const PAUSE_MS = 5_000;

await main(DRILL_COMMAND, async ({ values, positionals: [name = ''] }) => {
  const { fault: faultKind } = drillNamed('aws', name);
  const stageName = values.stage;
  const ratePerS = wholeNumber('rate', values.rate);
  const stop = { errorRatio: ratioOf('stop-errors', values['stop-errors']), alarm: alarmPattern(values['stop-alarm']) };
  const sample = wholeNumber('sample', values.sample);
  const capacity = values.capacity === undefined ? undefined : wholeNumber('capacity', values.capacity);
  const image = values.image === undefined ? undefined : imageFor(faultKind, values.image);
  const artillery = values.artillery ?? OWN_ARTILLERY;
  await requireArtillery(artillery);

  const stage = { stage: stageName, ...(await outputsOf(stageName, 'service')) };
  const plan = planDrill({
    drill: name,
    target: values.target ?? stage.url,
    ratePerS,
    peakPerS: values.peak === undefined ? 10 * ratePerS : wholeNumber('peak', values.peak),
    ...(values['fault-at'] !== undefined && { faultAtS: wholeNumber('fault-at', values['fault-at']) }),
    ...(values.duration !== undefined && { durationS: wholeNumber('duration', values.duration) }),
  });
  const before = await takeSnapshot(stage);
  refuseUnhealthy(before, stop.alarm);
  // A fault changes the fleet besides its load, and the model knows the load only.
  const scaling = plan.fault === undefined ? await readStageScaling(stageName, before.group) : undefined;
  const token = process.env[ENV.readToken];
  const reader: Reader = { url: plan.target, ...(token && { token }) };
  await refuseOtherStage(reader, { ...reader, url: stage.url });
  const fault = prepareFault(plan, stage, before, {
    ...(values.zone && { zone: values.zone }),
    ...(values['fis-template'] && { fisTemplate: values['fis-template'] }),
    ...(image && { image }),
  });

  console.error(`Drill   ${plan.name}: ${plan.summary}`);
  console.error(`Load    ${ratePerS}/s to ${plan.target} for ${plan.durationS} s at most`);
  console.error(`Fault   ${fault?.intent ?? 'none'}`);
  console.error(`Cost    ${await costOf(plan, before, values['fis-template'] !== undefined)}`);
  if (!values.yes) await confirm(`This loads and may harm the stage ${stageName}.`, stageName);

  const createdAt = new Date().toISOString();
  const folder = values.out ?? join('.drill', `${name}-${createdAt.replaceAll(/[:.]/g, '-')}`);
  await mkdir(folder, { recursive: true });
  const judged = await runDrill({
    plan,
    stage,
    fault,
    stop,
    reader,
    sample,
    folder,
    artillery,
    pauseMs: PAUSE_MS,
    scaling: scaling && { ...scaling, ...(capacity && { requestsPerInstance: capacity }) },
  });
  const facts = { stage: stageName, target: plan.target, image: stage.amiId, 'read back at most': String(sample) };
  const report: Report = { title: `Drill of ${stageName}`, createdAt, facts, checks: [], runs: [judged] };
  const { page } = await writeReport(folder, report);
  console.log(`${renderTerminal(report)}\n\nReport: ${page}`);
  if (!hasPassed(report)) process.exitCode = 1;
});

/** A load on one deployment and a fault in another would prove nothing: what is recorded here must be stored there. */
async function refuseOtherStage(target: Reader, stage: Reader): Promise<void> {
  const { id } = await postTimestamp(target.url);
  if (target.url === stage.url || (await isStored(stage, id))) return;
  throw new OperatorError(`a timestamp recorded at ${target.url} is not found at ${stage.url}: is --stage right?`);
}

async function costOf(plan: Plan, before: Snapshot, usesFis: boolean): Promise<string> {
  const serving = servingMembers(before);
  const [instance] = await describeInstances(serving.map(({ id }) => id));
  const { zone = '', type: instanceType = '' } = instance ?? {};
  const { desired, max } = before.group;
  try {
    return costText(expectedCost(plan, { region: zone.slice(0, -1), instanceType, desired, max }, usesFis));
  } catch (error) {
    return `unknown: ${(error as Error).message}`;
  }
}
