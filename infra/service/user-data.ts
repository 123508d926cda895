import { IMAGE_PATHS } from '../../ami/contract.ts';
import { ENV } from '../../server/contract.ts';
import type { Settings } from '../settings/table.ts';

/** The values of one instance, by the names of {@link ENV}. */
export type Environment = Readonly<Record<string, string>>;

/** Environment of the server on an instance. */
export interface EnvironmentProps
  extends Pick<Settings, 'tableShards' | 'rateLimitPerSecond' | 'loadEndpoint' | 'tracing'> {
  readonly stage: string;
  readonly region: string;
  readonly tableName: string;
  readonly groupName: string;
  readonly launchHook: string;
}

/** The instance's CloudWatch agent listens there and forwards traces to X-Ray. */
const TRACING = { [ENV.otlpEndpoint]: 'http://127.0.0.1:4318' };

/** Names and values that the instance's programs need; everything else is part of the image. */
export function instanceEnvironment(props: EnvironmentProps): Environment {
  return {
    [ENV.stage]: props.stage,
    [ENV.region]: props.region,
    [ENV.tableName]: props.tableName,
    [ENV.autoScalingGroup]: props.groupName,
    [ENV.launchHook]: props.launchHook,
    // The load balancer, so that the client's address is the last one of X-Forwarded-For.
    [ENV.trustedProxies]: '1',
    [ENV.cloudwatchMetrics]: 'on',
    [ENV.tableShards]: String(props.tableShards),
    [ENV.loadEndpoint]: props.loadEndpoint ? 'on' : 'off',
    ...(props.rateLimitPerSecond > 0 && { [ENV.rateLimitPerSecond]: String(props.rateLimitPerSecond) }),
    ...(props.tracing && TRACING),
  };
}

/**
 * The script that cloud-init runs at first boot. It writes the environment file, atomically, and does nothing else, so
 * that a boot depends on nothing that could fail.
 */
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
