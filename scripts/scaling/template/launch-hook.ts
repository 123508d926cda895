import { z } from 'zod';
import type { ServingGroup } from './group.ts';

const LAUNCHING = 'autoscaling:EC2_INSTANCE_LAUNCHING';

/** What Auto Scaling is told of a launching instance: take it into service, or end it. */
export type LaunchResult = 'CONTINUE' | 'ABANDON';

/** The lifecycle hook for which a launching instance waits; defaults are those of the Auto Scaling documentation. */
export interface LaunchHook {
  readonly name: string;
  readonly groupName: string;
  /** Time in which somebody must complete the launch. */
  readonly timeoutS: number;
  /** What happens when nobody has. */
  readonly defaultResult: LaunchResult;
}

/** One hook of a group's template, of any transition. */
export const lifecycleHookSchema = z.object({
  LifecycleHookName: z.string(),
  LifecycleTransition: z.string(),
  HeartbeatTimeout: z.coerce.number().default(3_600),
  DefaultResult: z.enum(['CONTINUE', 'ABANDON']).default('ABANDON'),
});

/** Reads the launching hook of a group; undefined when it has none. @throws Error when it has several. */
export function readLaunchHook({ logicalId, properties }: ServingGroup): LaunchHook | undefined {
  const hooks = properties.LifecycleHookSpecificationList.filter((hook) => hook.LifecycleTransition === LAUNCHING);
  const [hook] = hooks;
  if (!hook) return undefined;
  if (hooks.length > 1) throw new Error(`${logicalId} has ${hooks.length} launching hooks: expected one at most`);
  return {
    name: hook.LifecycleHookName,
    groupName: properties.AutoScalingGroupName ?? logicalId,
    timeoutS: hook.HeartbeatTimeout,
    defaultResult: hook.DefaultResult,
  };
}
