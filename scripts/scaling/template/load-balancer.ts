import { z } from 'zod';
import type { StageTemplates } from './stage.ts';

const balancerSchema = z.object({
  SecurityGroups: z.array(z.string()).default([]),
  LoadBalancerAttributes: z.array(z.object({ Key: z.string(), Value: z.coerce.string() })).default([]),
});

const listenerSchema = z.object({ Port: z.coerce.number(), Protocol: z.string() });

/** The load balancer of a stage; defaults are those of the Elastic Load Balancing documentation. */
export interface LoadBalancer {
  readonly idleTimeoutS: number;
  /** References to its security groups. */
  readonly securityGroups: readonly string[];
  readonly listeners: readonly { readonly port: number; readonly protocol: string }[];
}

/** Reads the load balancer. @throws Error unless the stage has exactly one. */
export function readLoadBalancer(stage: StageTemplates): LoadBalancer {
  const balancers = stage.list('AWS::ElasticLoadBalancingV2::LoadBalancer', balancerSchema);
  const [balancer] = balancers;
  if (!balancer || balancers.length > 1)
    throw new Error(`the stage has ${balancers.length} load balancers: expected one`);
  const { LoadBalancerAttributes: attributes, SecurityGroups } = balancer.properties;
  const idle = attributes.find(({ Key }) => Key === 'idle_timeout.timeout_seconds')?.Value;
  return {
    idleTimeoutS: Number(idle ?? 60),
    securityGroups: SecurityGroups,
    listeners: stage
      .list('AWS::ElasticLoadBalancingV2::Listener', listenerSchema)
      .map(({ properties: { Port, Protocol } }) => ({ port: Port, protocol: Protocol })),
  };
}
