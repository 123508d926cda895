import { IMAGE_PATHS } from '../../ami/contract.ts';
import { ENV, HEALTH_PATH, PORT, SERVICE_NAME } from '../../server/contract.ts';
import type { launchInstance } from '../aws/ec2.ts';
import { OperatorError } from '../cli/errors.ts';

/** Last line of the boot test on the instance's console. */
const VERDICT = /^stampede boot test: (passed|failed)/m;

/** The parts of a stage that a boot test uses. */
type BootTestOptions = Readonly<Record<'stage' | 'launchTemplateId' | 'subnetId' | 'tableName' | 'region', string>>;

/** The request to EC2: an instance as the stage launches it, with another image and outside its group. */
export function bootTestRequest(imageId: string, options: BootTestOptions) {
  const tags = [
    { Key: 'Name', Value: `${SERVICE_NAME} boot test of ${imageId}` },
    { Key: 'Service', Value: SERVICE_NAME },
    // The deploy role may only launch and end instances with the tags of its stage.
    { Key: 'Stage', Value: options.stage },
  ];
  return {
    MinCount: 1,
    MaxCount: 1,
    ImageId: imageId,
    LaunchTemplate: { LaunchTemplateId: options.launchTemplateId, Version: '$Latest' },
    SubnetId: options.subnetId,
    UserData: Buffer.from(bootTestUserData(options)).toString('base64'),
    // The script below powers it off, even if the operator's machine is lost.
    InstanceInitiatedShutdownBehavior: 'terminate',
    TagSpecifications: [{ ResourceType: 'instance', Tags: tags }],
  } satisfies Parameters<typeof launchInstance>[1];
}

/** User data of a boot test. It runs in a unit of its own, because the service starts after user data has ended. */
function bootTestUserData({ tableName, region }: BootTestOptions): string {
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

/** Reads the verdict from a console; undefined before there is one. @throws OperatorError with the failed checks */
export function readVerdict(consoleText: string, instanceId: string): 'passed' | undefined {
  const verdict = VERDICT.exec(consoleText)?.[1];
  if (verdict !== 'failed') return verdict as 'passed' | undefined;
  const failures = consoleText.split('\n').filter((line) => line.includes('✖'));
  throw new OperatorError(`the boot test on ${instanceId} failed: ${failures.join('; ') || 'see its console'}`);
}
