/**
 * The load generator: a process that puts load on a server for each message of its parent. It sends `measuring` when the
 * warm-up is over, and then a report of what it measured.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';

/** One load on one server. */
export interface Load {
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  readonly warmUpMs: number;
  /** The window lasts this long, and until `requests` were answered. */
  readonly windowMs: number;
  /** @default 1 */
  readonly requests?: number;
  /** Offered rate. @default - each connection sends its next request when it has its answer */
  readonly ratePerSecond?: number;
}

/** What was measured. Latencies and rate are those of the answers with 201. */
export type LoadReport = Awaited<ReturnType<LoadRun['execute']>>;

class LoadRun {
  readonly #load: Load;
  readonly #makeRequest: () => string;
  /** Connections without a request in progress. */
  readonly #idle: Connection[] = [];
  /** When the requests were due that no connection has sent yet. */
  readonly #overdue: number[] = [];
  readonly #latenciesMs: number[] = [];
  #refused = 0;
  #unexpected = 0;
  #measuring = false;
  readonly #enough = Promise.withResolvers<void>();

  constructor(load: Load) {
    this.#load = load;
    this.#makeRequest = requestMaker(load.path);
  }

  async execute() {
    const { port, connections, ratePerSecond, warmUpMs, windowMs } = this.#load;
    const all = Array.from({ length: connections }, () => new Connection(port, this.#answered));
    const timer = ratePerSecond === undefined ? undefined : this.#offer(ratePerSecond);
    for (const connection of all) this.#sendNext(connection);
    await sleep(warmUpMs);
    process.send?.('measuring');
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    this.#measuring = true;
    await Promise.all([sleep(windowMs), this.#enough.promise]);
    const wallMs = performance.now() - startMs;
    const cpu = process.cpuUsage(startCpu);
    clearInterval(timer);
    for (const connection of all) connection.close();
    const sorted = Float64Array.from(this.#latenciesMs).sort();
    return {
      requests: sorted.length,
      /** Answers with 503: the server was too busy to take the request. */
      refused: this.#refused,
      /** Answers with any other status. */
      unexpected: this.#unexpected,
      requestsPerS: (sorted.length * 1000) / wallMs,
      p50Ms: percentile(sorted, 0.5),
      p99Ms: percentile(sorted, 0.99),
      generatorBusy: (cpu.user + cpu.system) / 1000 / wallMs,
    };
  }

  readonly #answered = (connection: Connection, status: number): void => {
    const nowMs = performance.now();
    if (this.#measuring) this.#count(status, nowMs - connection.dueMs);
    this.#sendNext(connection, nowMs);
  };

  /** Closed loop: sends the next request at once. Open loop: the oldest overdue request, if any. */
  #sendNext(connection: Connection, nowMs = performance.now()): void {
    const dueMs = this.#load.ratePerSecond === undefined ? nowMs : this.#overdue.shift();
    if (dueMs === undefined) this.#idle.push(connection);
    else connection.send(this.#makeRequest(), dueMs);
  }

  #count(status: number, latencyMs: number): void {
    if (status === 201) this.#latenciesMs.push(latencyMs);
    else if (status === 503) this.#refused++;
    else this.#unexpected++;
    const answers = this.#latenciesMs.length + this.#refused + this.#unexpected;
    if (answers >= (this.#load.requests ?? 1)) this.#enough.resolve();
  }

  /** Open loop: requests at a fixed rate, however slow the answers. A latency counts from when its request was due. */
  #offer(ratePerSecond: number): NodeJS.Timeout {
    const startMs = performance.now();
    let offered = 0;
    return setInterval(() => {
      const due = Math.floor(((performance.now() - startMs) * ratePerSecond) / 1000);
      for (; offered < due; offered++) {
        this.#overdue.push(startMs + (offered * 1000) / ratePerSecond);
        const connection = this.#idle.shift();
        if (connection) this.#sendNext(connection);
      }
    }, 1);
  }
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Makes requests as the load balancer forwards them: with the client's address, and a new trace id for each. */
function requestMaker(path: string): () => string {
  const head = `POST ${path} HTTP/1.1
Host: stampede.example.org
User-Agent: bench
Accept: */*
Content-Length: 0
X-Forwarded-Proto: https
X-Forwarded-Port: 443
`.replaceAll('\n', '\r\n');
  let made = 0;
  return () => {
    const number = made++;
    const second = Math.floor(Date.now() / 1000).toString(16);
    const unique = `5d7e4c6f8a0b2d4e${number.toString(16).padStart(8, '0')}`;
    return `${head}X-Forwarded-For: 203.0.113.${number & 255}\r\nX-Amzn-Trace-Id: Root=1-${second}-${unique}\r\n\r\n`;
  };
}

process.on('message', async (load: Load) => process.send?.(await new LoadRun(load).execute()));
process.on('disconnect', () => process.exit(0));
