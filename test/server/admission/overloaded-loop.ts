import { BLOCK_LIMITS } from '../../../server/timestamps/block.ts';

/** CPU time of a recorded and of a refused request in milliseconds, about as measured. */
const [RECORD_MS, ANSWER_MS, REFUSE_MS] = [0.025, 0.01, 0.015];
const [PUT_MS, WRITES_IN_FLIGHT] = [6, 4];
/** The event loop delay is how late a timer of this period fires. */
const TIMER_MS = 10;
const [WARM_UP_MS, END_MS] = [10_000, 20_000];

interface Limit {
  admits(waiting: number): boolean;
  sample(sample: { readonly nowMs: number; readonly loopDelayMs: number; readonly queueMs: number }): void;
}

/**
 * A process in virtual time, with clients that send their next request as soon as they have an answer, or one to two
 * seconds after a refusal. Each iteration of its event loop reads all requests that have arrived, then starts writes.
 */
export function overloadedLoop(limit: Limit, clients: number) {
  let nowMs = 0;
  /** When requests arrived that are not read yet. */
  let arrived: number[] = Array(clients).fill(0);
  /** How many refused clients return in each millisecond. */
  const returning = new Uint16Array(END_MS + 3_000);
  let returnedMs = 0;
  const waiting: { readonly arrivedMs: number; readonly readMs: number }[] = [];
  let writes: { readonly endMs: number; readonly arrivedMs: readonly number[] }[] = [];
  const admitted: number[] = [];
  const refused: number[] = [];
  let squares = 0;
  let sampledMs = 0;
  let refusals = 0;

  function read(): void {
    const ready = arrived;
    arrived = [];
    for (const arrivedMs of ready)
      if (limit.admits(waiting.length)) {
        nowMs += RECORD_MS;
        waiting.push({ arrivedMs, readMs: nowMs });
      } else {
        nowMs += REFUSE_MS;
        refusals += 1;
        if (nowMs > WARM_UP_MS) refused.push(nowMs - arrivedMs);
        const dueMs = Math.ceil(nowMs) + 1_000 + ((refusals * 618) % 1_000);
        returning[dueMs] = (returning[dueMs] as number) + 1;
      }
  }

  function write(): void {
    while (waiting.length > 0 && (writes.length === 0 || waiting.length >= BLOCK_LIMITS.timestamps)) {
      if (writes.length === WRITES_IN_FLIGHT) return;
      const block = waiting.splice(0, BLOCK_LIMITS.timestamps);
      writes.push({ endMs: nowMs + PUT_MS, arrivedMs: block.map(({ arrivedMs }) => arrivedMs) });
    }
  }

  function answer(): void {
    const ended = writes.filter(({ endMs }) => endMs <= nowMs);
    writes = writes.filter((each) => !ended.includes(each));
    for (const arrivedMs of ended.flatMap((each) => each.arrivedMs)) {
      nowMs += ANSWER_MS;
      if (nowMs > WARM_UP_MS) admitted.push(nowMs - arrivedMs);
      arrived.push(nowMs);
    }
  }

  function nextReturnMs(): number {
    const from = returning.findIndex((clients, ms) => ms >= returnedMs && clients > 0);
    return from === -1 ? Number.POSITIVE_INFINITY : from;
  }

  while (nowMs < END_MS) {
    const startMs = nowMs;
    answer();
    read();
    write();
    for (; returnedMs <= nowMs; returnedMs++)
      for (let i = returning[returnedMs] as number; i > 0; i--) arrived.push(returnedMs);
    squares += (nowMs - startMs) ** 2;
    // An event loop without work waits for the next event.
    if (arrived.length === 0) nowMs = Math.max(nowMs, Math.min(...writes.map(({ endMs }) => endMs), nextReturnMs()));
    if (nowMs - sampledMs < 100) continue;
    const loopDelayMs = Math.max(0, squares / (nowMs - sampledMs) - TIMER_MS);
    limit.sample({ nowMs, loopDelayMs, queueMs: nowMs - (waiting[0]?.readMs ?? nowMs) });
    [sampledMs, squares] = [nowMs, 0];
  }
  const busyMs = admitted.length * (RECORD_MS + ANSWER_MS);
  return {
    goodput: busyMs / (END_MS - WARM_UP_MS),
    admittedP99Ms: percentile99(admitted),
    refusedP99Ms: percentile99(refused),
  };
}

function percentile99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;
}
