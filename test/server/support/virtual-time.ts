import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Runtime } from '../../../server/runtime.ts';

/** A runtime whose time passes only while `run` waits for something. */
export function createVirtualTime({ random = () => 0.5 } = {}) {
  let nowMs = 0;
  let timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  const runtime: Runtime = {
    wallMicros: () => 1_795_000_000_000_000 + Math.round(nowMs * 1_000),
    monotonicMs: () => nowMs,
    setTimer(callback, ms) {
      const timer = { atMs: nowMs + ms, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    setImmediate: (callback) => void setImmediate(callback),
    random,
  };

  /** Lets time pass, timer by timer, until the promise is settled. */
  async function run<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (;;) {
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      if (isSettled) return promise;
      const next = timers.toSorted((one, other) => one.atMs - other.atMs)[0];
      if (!next) throw new Error('nothing is left that could settle the promise');
      timers = timers.filter((timer) => timer !== next);
      nowMs = Math.max(nowMs, next.atMs);
      next.callback();
    }
  }

  const pass = (ms: number) => run(new Promise<void>((resolve) => void runtime.setTimer(resolve, ms)));
  return { runtime, run, pass };
}
