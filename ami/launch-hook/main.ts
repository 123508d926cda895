/**
 * The entry point on the image. The unit stampede-launch-hook.service sets its environment, and starts it again unless
 * it exits with 0 or {@link ABANDONED}.
 */
import { ENV, HEALTH_PATH, PORT } from '../../server/contract.ts';
import { LAUNCH_S } from '../contract.ts';
import { completeLaunch } from './complete-launch.ts';
import { explain } from './persist.ts';

/** Exit code after the launch was abandoned: the instance is about to be terminated. */
const ABANDONED = 3;

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
    times: LAUNCH_S,
    log: console.error,
    ...(metadataService && { metadataService }),
  });
  console.log(`Completed the launch in ${autoScalingGroup}: ${verdict}`);
  if (verdict === 'ABANDON') process.exitCode = ABANDONED;
}

main().catch((error) => {
  console.error(explain(error));
  process.exitCode = 1;
});
