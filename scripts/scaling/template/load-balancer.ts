/** The load balancer and its target group; defaults are those of the Elastic Load Balancing documentation. */
import { z } from 'zod';
import type { ServingGroup } from './group.ts';
import type { StageTemplates } from './stage.ts';
import { readSubnet } from './subnets.ts';

const attributes = z
  .array(z.object({ Key: z.string(), Value: z.coerce.string() }))
  .default([])
  .transform((list) => new Map(list.map(({ Key, Value }) => [Key, Value])));

const listenerSchema = z
  .object({ Port: z.coerce.number(), Protocol: z.string() })
  .transform(({ Port, Protocol }) => ({ port: Port, protocol: Protocol }));

const loadBalancerSchema = z.object({
  Subnets: z.array(z.string()).default([]),
  SecurityGroups: z.array(z.string()).default([]),
  LoadBalancerAttributes: attributes,
});

const targetGroupSchema = z
  .object({
    Port: z.coerce.number(),
    HealthCheckPath: z.string().default('/'),
    HealthCheckPort: z.string().default('traffic-port'),
    HealthCheckIntervalSeconds: z.coerce.number().default(30),
    HealthCheckTimeoutSeconds: z.coerce.number().default(5),
    HealthyThresholdCount: z.coerce.number().default(5),
    UnhealthyThresholdCount: z.coerce.number().default(2),
    Matcher: z.object({ HttpCode: z.string().default('200') }).default({ HttpCode: '200' }),
    TargetGroupAttributes: attributes,
  })
  .transform((properties) => ({
    port: properties.Port,
    deregistrationDelayS: Number(properties.TargetGroupAttributes.get('deregistration_delay.timeout_seconds') ?? 300),
    algorithm: properties.TargetGroupAttributes.get('load_balancing.algorithm.type') ?? 'round_robin',
    healthCheck: {
      path: properties.HealthCheckPath,
      port: properties.HealthCheckPort === 'traffic-port' ? properties.Port : Number(properties.HealthCheckPort),
      intervalS: properties.HealthCheckIntervalSeconds,
      timeoutS: properties.HealthCheckTimeoutSeconds,
      healthyThreshold: properties.HealthyThresholdCount,
      unhealthyThreshold: properties.UnhealthyThresholdCount,
      codes: properties.Matcher.HttpCode,
    },
  }));

/** The load balancer of a stage. */
export type LoadBalancer = ReturnType<typeof readLoadBalancer>;

/** How the load balancer treats the instances. */
export type TargetGroup = Readonly<z.output<typeof targetGroupSchema>>;

/** Reads the load balancer. @throws Error unless the stage has exactly one. */
export function readLoadBalancer(stage: StageTemplates) {
  const [found, ...others] = stage.list('AWS::ElasticLoadBalancingV2::LoadBalancer', loadBalancerSchema);
  if (!found || others.length > 0)
    throw new Error(`the stage has ${found ? 1 + others.length : 0} load balancers: expected one`);
  return {
    idleTimeoutS: Number(found.properties.LoadBalancerAttributes.get('idle_timeout.timeout_seconds') ?? 60),
    subnets: found.properties.Subnets.map((reference) => readSubnet(stage, reference)),
    /** References to its security groups. */
    securityGroups: found.properties.SecurityGroups,
    listeners: stage.list('AWS::ElasticLoadBalancingV2::Listener', listenerSchema).map(({ properties }) => properties),
  };
}

/** Reads the target group that a group's instances are registered with. */
export function readTargetGroup(stage: StageTemplates, { properties }: ServingGroup): TargetGroup {
  const [arn] = properties.TargetGroupARNs;
  return stage.find('AWS::ElasticLoadBalancingV2::TargetGroup', arn, targetGroupSchema).properties;
}
