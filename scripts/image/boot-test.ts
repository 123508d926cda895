import { IMAGE_PATHS } from '../../ami/contract.ts';
import { ENV, HEALTH_PATH, PORT, SERVICE_NAME } from '../../server/contract.ts';
import { OperatorError } from '../cli/errors.ts';

/** Last line of the boot test on the instance's console. */
const VERDICT = /^stampede boot test: (passed|failed)/m;

/** Where a boot test runs: like an instance of a stage, beside its group. */
export interface BootTestPlace {
  readonly launchTemplateId: string;
  readonly subnetId: string;
  readonly tableName: string;
  readonly region: string;
}

/** What EC2 is asked for: an instance as the stage launches it, with another image and no group. */
export function bootTestRequest(imageId: string, { launchTemplateId, subnetId, tableName, region }: BootTestPlace) {
  return {
    MinCount: 1,
    MaxCount: 1,
    ImageId: imageId,
    LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: '$Latest' },
    SubnetId: subnetId,
    UserData: Buffer.from(bootTestUserData(tableName, region)).toString('base64'),
    // It ends itself even if the operator's machine is lost: the script below switches it off.
    InstanceInitiatedShutdownBehavior: 'terminate',
    TagSpecifications: [
      {
        ResourceType: 'instance',
        Tags: [
          { Key: 'Name', Value: `${SERVICE_NAME} boot test of ${imageId}` },
          { Key: 'Service', Value: SERVICE_NAME },
        ],
      },
    ],
  } as const;
}

/**
 * User data of a boot test. The service starts only after user data has ended, so the test runs in a unit of its own,
 * and tells its verdict on the console, which can be read without any way into the network.
 */
export function bootTestUserData(tableName: string, region: string): string {
  return `#!/bin/bash
set -euo pipefail
cat >${IMAGE_PATHS.envFile} <<'SETTINGS'
${ENV.stage}=boottest
${ENV.tableName}=${tableName}
${ENV.region}=${region}
${ENV.cloudwatchMetrics}=off
SETTINGS
cat >/run/boot-test <<'TEST'
#!/bin/bash
timeout 120 bash -c 'until curl --fail --silent --output /dev/null http://127.0.0.1:${PORT}${HEALTH_PATH}; do sleep 1; done'
if ${IMAGE_PATHS.app}/bin/image-spec booted >/dev/console 2>&1; then verdict=passed; else verdict=failed; fi
echo "stampede boot test: $verdict" >/dev/console
sleep 900
systemctl poweroff
TEST
chmod +x /run/boot-test
systemd-run --unit=boot-test --collect /run/boot-test
`;
}

/** What the console says of the boot test: undefined while it says nothing. Rejects a failed one with its last lines. */
export function readVerdict(consoleText: string, instanceId: string): 'passed' | undefined {
  const verdict = VERDICT.exec(consoleText)?.[1];
  if (verdict !== 'failed') return verdict as 'passed' | undefined;
  const failures = consoleText.split('\n').filter((line) => line.includes('✖'));
  throw new OperatorError(`the boot test on ${instanceId} failed: ${failures.join('; ') || 'see its console'}`);
}
