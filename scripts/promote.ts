import { z } from 'zod';
import { describeGroup } from './aws/auto-scaling.ts';
import { describeImage, launchInstance, readConsole, terminateInstance } from './aws/ec2.ts';
import { configuredRegion } from './aws/region.ts';
import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { withUndo } from './cli/undo.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { waitUntil } from './cli/wait.ts';
import { ARCHITECTURE_OPTION } from './image/architecture.ts';
import { bootTestRequest, readVerdict } from './image/boot-test.ts';
import { applyChanges, checkImage, moveCurrent, parameterOf, readImageId, readPointers } from './image/parameters.ts';
import { outputsOf } from './stage/outputs.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';

const DEADLINE_MS = 600_000;

await main(
  {
    name: 'promote',
    summary: 'Boots the candidate beside a stage, runs the image spec on it, and points `current` to it.',
    options: {
      stage: { ...STAGE_OPTION, help: 'whose network, role and table the boot test uses' },
      ...AWS_OPTIONS,
      architecture: ARCHITECTURE_OPTION,
      commit: {
        value: '<commit>',
        help: 'the image of this commit instead of the candidate',
        schema: z.stringFormat('commit', /^[0-9a-f]{40}$/).describe('the 40 hexadecimal digits of a commit'),
      },
      'dry-run': { help: 'check the image, print the changes, launch nothing and change nothing' },
    },
  },
  async ({ values }) => {
    const { stage, architecture, commit, 'dry-run': dryRun } = values;
    await useRole(values);
    const name = commit ?? 'candidate';
    const imageId = await readImageId(name);
    if (!imageId) throw new OperatorError(`${parameterOf(name)} does not exist: run npm run bake`);
    checkImage(await describeImage(imageId), commit, architecture);
    const changes = moveCurrent(await readPointers(), imageId);
    if (changes.length === 0) {
      console.log(`current is ${imageId} already`);
      return;
    }
    if (!dryRun) await testBoot(imageId, stage);
    await applyChanges(changes, dryRun);
    console.log(`Next: npm run deploy -- --stage ${stage} --ami ${imageId}`);
  },
);

async function testBoot(imageId: string, stage: string): Promise<void> {
  const [data, service] = await Promise.all([outputsOf(stage, 'data'), outputsOf(stage, 'service')]);
  const [subnetId] = (await describeGroup(service.autoScalingGroup)).subnets;
  const region = await configuredRegion();
  if (!subnetId || !region) throw new OperatorError(`${service.autoScalingGroup} has no subnet, or no region is set`);
  const options = { stage, launchTemplateId: service.launchTemplateId, subnetId, tableName: data.tableName, region };
  await withUndo(async (undo) => {
    const launching = launchInstance('the boot test', bootTestRequest(imageId, options));
    // Before the answer is there: an interrupt during the launch must not leave the instance behind.
    undo.later('the instance of the boot test', async () => {
      const launched = await launching.catch(() => undefined);
      if (launched) await terminateInstance(launched);
    });
    const instanceId = await launching;
    const look = async () => readVerdict(await readConsole(instanceId), instanceId);
    const remedy = 'Read its console: aws ec2 get-console-output --latest';
    await waitUntil(`the boot test of ${imageId} on ${instanceId}`, look, { deadlineMs: DEADLINE_MS, remedy });
  });
}
