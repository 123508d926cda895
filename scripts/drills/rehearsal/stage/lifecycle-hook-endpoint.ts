import type { Undo } from '../../../cli/undo.ts';
import { startLifecycleHookEndpoint } from '../../../machine/fixtures.ts';
import type { LaunchHook, LaunchResult } from '../../../scaling/template/group.ts';
import { AWS_PORT } from './addresses.ts';
import type { Attachment } from './network.ts';

/** What became of a launch, and who said so. */
export interface LaunchOutcome {
  readonly result: LaunchResult;
  readonly by: 'instance' | 'timeout' | 'no hook';
}

/** Auto Scaling's side of the launching hook: hears the instances complete their launches, and gives late ones up. */
export class LaunchDesk {
  readonly #hook: LaunchHook | undefined;
  readonly #results = new Map<string, LaunchResult>();

  constructor(hook: LaunchHook | undefined) {
    this.#hook = hook;
  }

  /** Opens the desk at an address of its own, as Auto Scaling's endpoint has one. */
  static async open(hook: LaunchHook | undefined, { address, namespace }: Attachment, undo: Undo): Promise<LaunchDesk> {
    const desk = new LaunchDesk(hook);
    const actions = await startLifecycleHookEndpoint({ host: address, port: AWS_PORT }, undo, namespace.inside);
    void desk.#listen(actions);
    return desk;
  }

  /** Takes one `CompleteLifecycleAction`; it counts for this group's own hook only, and the first one stands. */
  hear(action: Readonly<Record<string, string>>): void {
    const { InstanceId: id, LifecycleActionResult: result } = action;
    const isOurs =
      action['LifecycleHookName'] === this.#hook?.name && action['AutoScalingGroupName'] === this.#hook?.groupName;
    if (!isOurs || !id || this.#results.has(id)) return;
    if (result === 'CONTINUE' || result === 'ABANDON') this.#results.set(id, result);
  }

  /** What is to become of an instance that has waited so many of the template's seconds; undefined: it waits on. */
  outcomeOf(id: string, waitedS: number): LaunchOutcome | undefined {
    if (!this.#hook) return { result: 'CONTINUE', by: 'no hook' };
    const result = this.#results.get(id);
    if (result) return { result, by: 'instance' };
    return waitedS > this.#hook.timeoutS ? { result: this.#hook.defaultResult, by: 'timeout' } : undefined;
  }

  async #listen(actions: AsyncIterator<string>): Promise<void> {
    for (let line = await actions.next(); !line.done; line = await actions.next()) this.hear(JSON.parse(line.value));
  }
}
