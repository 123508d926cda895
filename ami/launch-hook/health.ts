import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 500;
const ANSWER_DEADLINE_MS = 2_000;

/** Asks a URL until it answers 200; false when it has not by the deadline. */
export async function becomesHealthy(url: string, deadlineMs: number): Promise<boolean> {
  const endMs = performance.now() + deadlineMs;
  do {
    if (await isHealthy(url)) return true;
    await sleep(PAUSE_MS);
  } while (performance.now() < endMs);
  return false;
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_DEADLINE_MS) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    // Not listening yet, or too slow: not healthy is the answer.
    return false;
  }
}
