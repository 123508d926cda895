import { IMAGE_PATHS } from '../../ami/contract.ts';
import { ENV } from '../../server/contract.ts';
import { regionalName } from '../settings/regions.ts';
import type { Settings } from '../settings/table.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string>>;

export interface EnvironmentProps
  extends Pick<
    Settings,
    | 'domainName'
    | 'regions'
    | 'tableShards'
    | 'readToken'
    | 'writeToken'
    | 'retentionDays'
    | 'commitWindowMs'
    | 'rateLimitPerSecond'
    | 'rateLimitBurst'
    | 'loadEndpoint'
    | 'tracing'
  > {
  readonly stage: string;
  readonly region: string;
  readonly tableName: string;
  /** ARN of the stage's secret; its value is never in user data, which many can read. */
  readonly secretId: string;
  /** ARN of the canary's token. */
  readonly canarySecretId: string;
  readonly spillBucket: string;
  readonly groupName: string;
  readonly launchHook: string;
}

/** Endpoint of the instance's CloudWatch agent, which forwards traces to X-Ray. */
const TRACING = { [ENV.otlpEndpoint]: 'http://127.0.0.1:4318' };

/** The environment of an instance's programs. */
export function instanceEnvironment(props: EnvironmentProps): Environment {
  return {
    [ENV.stage]: props.stage,
    [ENV.region]: props.region,
    [ENV.tableName]: props.tableName,
    [ENV.spillBucket]: props.spillBucket,
    [ENV.secretId]: props.secretId,
    [ENV.secretCache]: IMAGE_PATHS.secretCache,
    [ENV.canarySecretId]: props.canarySecretId,
    [ENV.requireReadToken]: props.readToken === 'required' ? 'on' : 'off',
    [ENV.requireWriteToken]: props.writeToken === 'required' ? 'on' : 'off',
    [ENV.autoScalingGroup]: props.groupName,
    [ENV.launchHook]: props.launchHook,
    // The load balancer connects over IPv4.
    [ENV.host]: '0.0.0.0',
    // The load balancer, which appends the client's address to X-Forwarded-For.
    [ENV.trustedProxies]: '1',
    [ENV.cloudwatchMetrics]: 'on',
    [ENV.tableShards]: String(props.tableShards),
    ...(props.retentionDays > 0 && { [ENV.retentionDays]: String(props.retentionDays) }),
    [ENV.commitWindowMs]: String(props.commitWindowMs),
    [ENV.loadEndpoint]: props.loadEndpoint ? 'on' : 'off',
    ...rateLimitVariables(props),
    ...(props.tracing && TRACING),
    ...regionVariables(props),
  };
}

/** Without a limit, there are none of these variables. */
function rateLimitVariables({ rateLimitPerSecond, rateLimitBurst }: EnvironmentProps): Environment {
  if (rateLimitPerSecond === 0) return {};
  return {
    [ENV.rateLimitPerSecond]: String(rateLimitPerSecond),
    ...(rateLimitBurst > 0 && { [ENV.rateLimitBurst]: String(rateLimitBurst) }),
  };
}

/** With one region, there are none of these variables, and records do not name a region. */
function regionVariables({ regions, region, domainName }: EnvironmentProps): Environment {
  const [home] = regions;
  if (home === undefined) return {};
  return {
    [ENV.regions]: regions.join(','),
    [ENV.ownRegion]: region,
    [ENV.homeUrl]: `https://${regionalName({ domainName }, home)}`,
  };
}

/** The script that cloud-init runs at first boot. It only writes the environment file, so that little can fail. */
export function writeEnvironmentScript(environment: Environment): string {
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [
    '#!/bin/bash',
    'set -euo pipefail',
    `install -d -m 0755 "$(dirname ${IMAGE_PATHS.envFile})"`,
    `cat > ${IMAGE_PATHS.envFile}.new <<'ENVIRONMENT'`,
    ...lines,
    'ENVIRONMENT',
    `chmod 0640 ${IMAGE_PATHS.envFile}.new`,
    `mv ${IMAGE_PATHS.envFile}.new ${IMAGE_PATHS.envFile}`,
    '',
  ].join('\n');
}
