import { z } from 'zod';
import type { LaunchHook, LaunchResult } from '../../../scaling/template/group.ts';

/** How a launch ended, and what decided it. */
export interface LaunchOutcome {
  readonly result: LaunchResult;
  readonly by: 'instance' | 'timeout' | 'no hook';
}

/** Auto Scaling's side of the launch hook: it receives the result of each instance, and applies the timeout. */
export function launchOutcomes(hook: LaunchHook | undefined) {
  const results = new Map<string, LaunchResult>();
  const actionSchema = z.object({
    LifecycleHookName: z.literal(hook?.name),
    AutoScalingGroupName: z.literal(hook?.groupName),
    InstanceId: z.string(),
    LifecycleActionResult: z.enum(['CONTINUE', 'ABANDON']),
  });
  return {
    /** Takes one `CompleteLifecycleAction`. Only the first one of an instance for this group's own hook counts. */
    receive: (action: unknown): void => {
      const { data } = actionSchema.safeParse(action);
      if (data && !results.has(data.InstanceId)) results.set(data.InstanceId, data.LifecycleActionResult);
    },
    /** Outcome of the launch of an instance that has waited so many of the template's seconds; undefined: it waits. */
    outcomeOf: (id: string, waitedS: number): LaunchOutcome | undefined => {
      if (!hook) return { result: 'CONTINUE', by: 'no hook' };
      const result = results.get(id);
      if (result) return { result, by: 'instance' };
      return waitedS > hook.timeoutS ? { result: hook.defaultResult, by: 'timeout' } : undefined;
    },
  };
}
