/** The entry point on the image. The unit stampede-launch-hook.service sets its environment. */
import { ENV, HEALTH_PATH, PORT } from '../../server/contract.ts';
import { completeLaunch } from './complete-launch.ts';

async function main(): Promise<void> {
  const hookName = process.env[ENV.launchHook];
  if (!hookName) {
    console.log(`${ENV.launchHook} is not set: no lifecycle hook to complete`);
    return;
  }
  const autoScalingGroup = process.env[ENV.autoScalingGroup];
  if (!autoScalingGroup) {
    throw new Error(`${ENV.launchHook} is ${hookName} but ${ENV.autoScalingGroup} is not set: user data must set both`);
  }
  const metadataService = process.env[ENV.metadataEndpoint];
  const verdict = await completeLaunch({
    hookName,
    autoScalingGroup,
    healthUrl: `http://127.0.0.1:${PORT}${HEALTH_PATH}`,
    healthyWithinMs: 180_000,
    ...(metadataService && { metadataService }),
  });
  console.log(`Completed the launch in ${autoScalingGroup}: ${verdict}`);
  if (verdict === 'ABANDON') process.exitCode = 1;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
