import type { Runtime } from '../runtime.ts';

export interface BreakerOptions {
  readonly runtime: Pick<Runtime, 'monotonicMs' | 'random'>;
  /** Called when the breaker opens, with the failure, and when it closes. */
  readonly onChange: (state: 'open' | 'closed', error?: unknown) => void;
}

/** After a failed probe, the next one waits twice as long, with jitter so that processes do not probe together. */
const FIRST_PROBE_MS = 500;
const LONGEST_PROBE_MS = 10_000;

/** A circuit breaker. It opens at the first failure and closes at the first success; meanwhile one probe at a time. */
export function createBreaker({ runtime, onChange }: BreakerOptions) {
  let isOpen = false;
  let isProbing = false;
  let backoffMs = FIRST_PROBE_MS;
  let nextProbeMs = 0;

  function scheduleProbe(): void {
    nextProbeMs = runtime.monotonicMs() + (backoffMs * (1 + runtime.random())) / 2;
    backoffMs = Math.min(LONGEST_PROBE_MS, backoffMs * 2);
  }

  function succeeded(): void {
    if (!isOpen) return;
    isOpen = false;
    backoffMs = FIRST_PROBE_MS;
    onChange('closed');
  }

  function failed(error: unknown): void {
    if (isOpen) return;
    isOpen = true;
    scheduleProbe();
    onChange('open', error);
  }

  return {
    isOpen: () => isOpen,
    succeeded,
    failed,
    /** Runs the probe if one is due. It never rejects. */
    async probe(call: () => Promise<unknown>): Promise<void> {
      if (!isOpen || isProbing || runtime.monotonicMs() < nextProbeMs) return;
      isProbing = true;
      try {
        await call();
        succeeded();
      } catch {
        scheduleProbe();
      }
      isProbing = false;
    },
  };
}
