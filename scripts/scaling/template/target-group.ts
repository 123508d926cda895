import { z } from 'zod';
import type { ServingGroup } from './group.ts';
import type { StageTemplates } from './stage.ts';

const schema = z.object({
  Port: z.coerce.number(),
  HealthCheckPath: z.string().default('/'),
  HealthCheckPort: z.string().default('traffic-port'),
  HealthCheckIntervalSeconds: z.coerce.number().default(30),
  HealthCheckTimeoutSeconds: z.coerce.number().default(5),
  HealthyThresholdCount: z.coerce.number().default(5),
  UnhealthyThresholdCount: z.coerce.number().default(2),
  Matcher: z.object({ HttpCode: z.string().default('200') }).default({ HttpCode: '200' }),
  TargetGroupAttributes: z.array(z.object({ Key: z.string(), Value: z.coerce.string() })).default([]),
});

/** How the load balancer treats the instances; defaults are those of the Elastic Load Balancing documentation. */
export interface TargetGroup {
  readonly port: number;
  readonly deregistrationDelayS: number;
  readonly algorithm: string;
  readonly healthCheck: {
    readonly path: string;
    readonly port: number;
    readonly intervalS: number;
    readonly timeoutS: number;
    readonly healthyThreshold: number;
    readonly unhealthyThreshold: number;
    readonly codes: string;
  };
}

/** Reads the target group that a group's instances are registered with. */
export function readTargetGroup(stage: StageTemplates, { properties }: ServingGroup): TargetGroup {
  const [arn] = properties.TargetGroupARNs;
  const { properties: found } = stage.find('AWS::ElasticLoadBalancingV2::TargetGroup', arn, schema);
  const attribute = (key: string) => found.TargetGroupAttributes.find(({ Key }) => Key === key)?.Value;
  return {
    port: found.Port,
    deregistrationDelayS: Number(attribute('deregistration_delay.timeout_seconds') ?? 300),
    algorithm: attribute('load_balancing.algorithm.type') ?? 'round_robin',
    healthCheck: {
      path: found.HealthCheckPath,
      port: found.HealthCheckPort === 'traffic-port' ? found.Port : Number(found.HealthCheckPort),
      intervalS: found.HealthCheckIntervalSeconds,
      timeoutS: found.HealthCheckTimeoutSeconds,
      healthyThreshold: found.HealthyThresholdCount,
      unhealthyThreshold: found.UnhealthyThresholdCount,
      codes: found.Matcher.HttpCode,
    },
  };
}
