import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { TIMESTAMPS_PATH } from '../../../server/contract.ts';
import { UsageError } from '../../cli/errors.ts';
import { type Load, type LoadPlan, type Phase, REQUEST_TIMEOUT_S } from '../artillery/artillery.ts';
import type { Period } from '../artillery/periods.ts';

/** As long as artillery's periods. */
const PERIOD_MS = 10_000;

/** The highest rate that one process sends evenly beside the drill. */
const HIGHEST_RATE_PER_S = 200;

const ACKNOWLEDGED = z.object({ id: z.string() });

/** @throws UsageError when the load is too much for one process, or not constant */
export function requireBuiltInLoad({ phases }: Pick<LoadPlan, 'phases'>): void {
  for (const { name, fromPerS, toPerS } of phases) {
    if (fromPerS === toPerS && toPerS <= HIGHEST_RATE_PER_S) continue;
    const rate = `phase '${name}' goes from ${fromPerS}/s to ${toPerS}/s`;
    throw new UsageError(
      `${rate}: expected a constant rate of at most ${HIGHEST_RATE_PER_S}/s with --load built-in; use --load artillery`,
    );
  }
}

/**
 * Sends a light, constant load without artillery, and reports like it. Pipelines use it in jobs with AWS credentials, which
 * must not run artillery's several hundred packages (docs/decisions/0036).
 */
export async function startBuiltInLoad({ target, phases, writeToken }: LoadPlan, folder: string): Promise<Load> {
  const acknowledgedFile = join(folder, 'acknowledged.txt');
  await writeFile(acknowledgedFile, '');
  const post = createPost(new URL(TIMESTAMPS_PATH, target), writeToken);
  const stopping = new AbortController();
  const periods: Period[] = [];
  const sending = new Set<Promise<void>>();
  let period = new PeriodCounter();

  const closePeriod = async () => {
    const { closed, ids } = period.close();
    period = new PeriodCounter();
    if (closed) periods.push(closed);
    await appendFile(acknowledgedFile, ids.map((id) => `${id}\n`).join(''));
  };
  const send = () => {
    period.countRequest();
    const sent = post().then(
      ({ status, ms, id }) => period.countAnswer(status, ms, id),
      (error: NodeJS.ErrnoException) => period.countError(error.code ?? error.message),
    );
    sending.add(sent);
    void sent.then(() => sending.delete(sent));
  };
  const run = async () => {
    let nextPeriodMs = performance.now() + PERIOD_MS;
    for await (const _ of ticks(phases, stopping.signal)) {
      send();
      if (performance.now() < nextPeriodMs) continue;
      nextPeriodMs += PERIOD_MS;
      await closePeriod();
    }
    await Promise.all(sending);
    await closePeriod();
  };
  const ended = run();
  // A failure before anything waits for the end would end this process.
  ended.catch(() => undefined);
  return {
    periods,
    ended,
    async stop() {
      stopping.abort();
      await ended;
    },
    async acknowledgedIds() {
      return (await readFile(acknowledgedFile, 'utf8')).split('\n').filter((id) => id !== '');
    },
  };
}

/** One tick for each request of the phases, evenly in time. A late tick is not skipped: the next ones catch up. */
async function* ticks(phases: readonly Phase[], signal: AbortSignal): AsyncGenerator<void> {
  let dueMs = performance.now();
  for (const { durationS, toPerS } of phases) {
    for (let sent = 0; sent < durationS * toPerS; sent++) {
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      yield;
      dueMs += 1_000 / toPerS;
    }
  }
}

/** Posts one timestamp; connections are reused. Redirects are not followed, as with artillery. */
function createPost(url: URL, token: string | undefined) {
  const isTls = url.protocol === 'https:';
  const agent = isTls ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { accept: 'application/json', 'content-length': 0, ...authorization };
  const options = { method: 'POST', agent, headers };
  const request = isTls ? requestHttps : requestHttp;
  return async () => {
    const startedMs = performance.now();
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_S * 1_000);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(url, { ...options, signal }, resolve)
        .on('error', reject)
        .end();
    });
    const { statusCode: status = 0 } = answer;
    const isOk = status >= 200 && status <= 299;
    // The body is read in any case, so that the connection can be reused.
    const id = isOk ? ACKNOWLEDGED.parse(await json(answer)).id : void (await answer.toArray());
    return { status, ms: performance.now() - startedMs, id };
  };
}

/** Counts the requests of one period, by the names that artillery uses. */
class PeriodCounter {
  readonly #counters: Record<string, number> = {};
  readonly #times: number[] = [];
  readonly #ids: string[] = [];
  #first: number | undefined;
  #last = 0;

  countRequest(): void {
    this.#count('http.requests');
  }

  countAnswer(status: number, ms: number, id: string | undefined): void {
    this.#count(`http.codes.${status}`);
    this.#times.push(ms);
    if (id !== undefined) this.#ids.push(id);
  }

  countError(name: string): void {
    this.#count(`errors.${name}`);
  }

  /** The period; undefined if nothing happened in it. */
  close(): { closed: Period | undefined; ids: readonly string[] } {
    if (this.#first === undefined) return { closed: undefined, ids: [] };
    const sorted = this.#times.sort((one, other) => one - other);
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    const summary = sorted.length > 0 ? { p50: at(0.5), p95: at(0.95), p99: at(0.99) } : undefined;
    const summaries = summary ? { 'http.response_time': summary } : {};
    const closed = { firstCounterAt: this.#first, lastCounterAt: this.#last, counters: this.#counters, summaries };
    return { closed, ids: this.#ids };
  }

  #count(name: string): void {
    this.#last = Date.now();
    this.#first ??= this.#last;
    this.#counters[name] = (this.#counters[name] ?? 0) + 1;
  }
}
