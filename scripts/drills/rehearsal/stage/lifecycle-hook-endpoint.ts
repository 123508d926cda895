import { z } from 'zod';
import type { Undo } from '../../../cli/undo.ts';
import { startLifecycleHookEndpoint } from '../../../machine/fixtures.ts';
import type { LaunchHook, LaunchResult } from '../../../scaling/template/group.ts';
import { type Attachment, AWS_PORT } from './network.ts';

/** How a launch ended, and what decided it. */
export interface LaunchOutcome {
  readonly result: LaunchResult;
  readonly by: 'instance' | 'timeout' | 'no hook';
}

const lifecycleAction = z.object({
  LifecycleHookName: z.string(),
  AutoScalingGroupName: z.string(),
  InstanceId: z.string(),
  LifecycleActionResult: z.enum(['CONTINUE', 'ABANDON']),
});

/** Auto Scaling's side of the launch hook: it receives the result of each instance, and applies the timeout. */
export class LifecycleHookEndpoint {
  readonly #hook: LaunchHook | undefined;
  readonly #results = new Map<string, LaunchResult>();

  constructor(hook: LaunchHook | undefined) {
    this.#hook = hook;
  }

  /** Listens at its own address, like Auto Scaling's endpoint. */
  async listen({ address, namespace }: Attachment, undo: Undo): Promise<void> {
    const actions = await startLifecycleHookEndpoint({ host: address, port: AWS_PORT }, undo, namespace.inside);
    void this.#receiveAll(actions);
  }

  /** Takes one `CompleteLifecycleAction`. Only the first one of an instance for this group's own hook counts. */
  receive(action: unknown): void {
    const { data } = lifecycleAction.safeParse(action);
    if (!data || data.LifecycleHookName !== this.#hook?.name || data.AutoScalingGroupName !== this.#hook.groupName) {
      return;
    }
    if (!this.#results.has(data.InstanceId)) this.#results.set(data.InstanceId, data.LifecycleActionResult);
  }

  /** Outcome of the launch of an instance that has waited so many of the template's seconds; undefined: it waits. */
  outcomeOf(id: string, waitedS: number): LaunchOutcome | undefined {
    if (!this.#hook) return { result: 'CONTINUE', by: 'no hook' };
    const result = this.#results.get(id);
    if (result) return { result, by: 'instance' };
    return waitedS > this.#hook.timeoutS ? { result: this.#hook.defaultResult, by: 'timeout' } : undefined;
  }

  async #receiveAll(actions: AsyncIterator<string>): Promise<void> {
    for (let line = await actions.next(); !line.done; line = await actions.next()) this.receive(JSON.parse(line.value));
  }
}
