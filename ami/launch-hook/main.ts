/** The entry point on the image; the unit stampede-launch-hook.service gives it the instance's settings. */
import { ENV, HEALTH_PATH, PORT } from '../../server/contract.ts';
import { completeLaunch } from './complete-launch.ts';

const HEALTHY_WITHIN_MS = 180_000;

async function main(): Promise<void> {
  const hookName = process.env[ENV.launchHook];
  if (!hookName) {
    console.log(`${ENV.launchHook} is not set: nobody waits for this instance`);
    return;
  }
  const autoScalingGroup = process.env[ENV.autoScalingGroup];
  if (!autoScalingGroup) {
    throw new Error(`${ENV.launchHook} is ${hookName} but ${ENV.autoScalingGroup} is not set: user data gives both`);
  }
  const healthUrl = `http://127.0.0.1:${PORT}${HEALTH_PATH}`;
  const metadataService = process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'];
  const verdict = await completeLaunch({
    hookName,
    autoScalingGroup,
    healthUrl,
    healthyWithinMs: HEALTHY_WITHIN_MS,
    ...(metadataService && { metadataService }),
  });
  console.log(`Told ${autoScalingGroup}: ${verdict}`);
  if (verdict === 'ABANDON') process.exitCode = 1;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
