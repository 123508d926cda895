/**
 * The load generator: a process that puts the load of each message of its parent on a server, says `measuring` when the
 * warm-up is over, and reports what it saw from then on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';
import type { Load, LoadReport } from './load.ts';
import { requestMaker } from './requests.ts';

/** Latencies of answers with the wanted status; sorted for percentiles once, at the end. */
const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;

class Run {
  readonly #load: Load;
  readonly #makeRequest: () => string;
  readonly #idle: ((intendedMs: number) => void)[] = [];
  readonly #overdue: number[] = [];
  readonly #connections: Connection[] = [];
  #latenciesMs: number[] = [];
  #refused = 0;
  #unexpected = 0;
  #measuring = false;
  #over = false;
  readonly #enough = Promise.withResolvers<void>();

  constructor(load: Load) {
    this.#load = load;
    this.#makeRequest = requestMaker(load.path);
  }

  async execute(): Promise<LoadReport> {
    for (let i = 0; i < this.#load.connections; i++) this.#connect();
    if (this.#load.ratePerSecond !== undefined) this.#offer(this.#load.ratePerSecond);
    else for (const send of this.#idle.splice(0)) send(performance.now());
    await sleep(this.#load.warmUpMs);
    process.send?.('measuring');
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    this.#latenciesMs = [];
    this.#refused = 0;
    this.#unexpected = 0;
    this.#measuring = true;
    await Promise.all([sleep(this.#load.windowMs), this.#enough.promise]);
    const wallMs = performance.now() - startMs;
    const cpu = process.cpuUsage(startCpu);
    this.#over = true;
    for (const connection of this.#connections) connection.close();
    return this.#report(wallMs, (cpu.user + cpu.system) / 1000 / wallMs);
  }

  #report(wallMs: number, generatorBusy: number): LoadReport {
    const sorted = Float64Array.from(this.#latenciesMs).sort();
    return {
      requests: sorted.length,
      refused: this.#refused,
      unexpected: this.#unexpected,
      wallMs,
      p50Ms: percentile(sorted, 0.5),
      p99Ms: percentile(sorted, 0.99),
      generatorBusy,
    };
  }

  #connect(): void {
    let intendedMs = 0;
    const send = (atMs: number): void => {
      intendedMs = atMs;
      connection.send(this.#makeRequest());
    };
    const answered = (status: number): void => {
      if (this.#over) return;
      this.#count(status, performance.now() - intendedMs);
      this.#next(send);
    };
    const connection = new Connection(this.#load.port, answered, (error) => {
      if (!this.#over) throw error;
    });
    this.#connections.push(connection);
    this.#idle.push(send);
  }

  #count(status: number, latencyMs: number): void {
    if (!this.#measuring) return;
    if (status === this.#load.status) this.#latenciesMs.push(latencyMs);
    else if (status === 503) this.#refused++;
    else this.#unexpected++;
    const answers = this.#latenciesMs.length + this.#refused + this.#unexpected;
    if (answers >= (this.#load.requests ?? 1)) this.#enough.resolve();
  }

  /** Closed loop: the next request at once. Open loop: the oldest that is overdue, else none. */
  #next(send: (intendedMs: number) => void): void {
    const dueMs = this.#load.ratePerSecond === undefined ? performance.now() : this.#overdue.shift();
    if (dueMs === undefined) this.#idle.push(send);
    else send(dueMs);
  }

  /** Offers requests at a fixed rate, however slow the answers; a latency counts from when its request was due. */
  #offer(ratePerSecond: number): void {
    const startMs = performance.now();
    let offered = 0;
    const timer = setInterval(() => {
      if (this.#over) return clearInterval(timer);
      const due = Math.floor(((performance.now() - startMs) * ratePerSecond) / 1000);
      for (; offered < due; offered++) {
        const intendedMs = startMs + (offered * 1000) / ratePerSecond;
        const send = this.#idle.shift();
        if (send) send(intendedMs);
        else this.#overdue.push(intendedMs);
      }
    }, 1);
  }
}

process.on('message', async (load: Load) => process.send?.(await new Run(load).execute()));
process.on('disconnect', () => process.exit(0));
