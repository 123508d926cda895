/**
 * Users of a stage in two regions, and the health checks of its latency records: `users-process.ts CONFIG`. Each group of
 * users sends `POST /app` at a constant rate to the region that its resolver knows, by keep-alive connections. Requests
 * and changes of a health check are printed as lines of JSON.
 */
import { Agent, type RequestOptions, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { answerOf, CachingResolver, HealthChecks } from './latency-dns.ts';

const configSchema = z.object({
  /** Address of the load balancer, by region. */
  addresses: z.record(z.string(), z.string()),
  healthCheck: z.object({ path: z.string(), intervalMs: z.number(), failureThreshold: z.number() }),
  ttlMs: z.number(),
  /** Each group by its regions, the nearest first. */
  groups: z.array(z.object({ nearest: z.array(z.string()), requestsPerS: z.number() })),
  requestTimeoutMs: z.number(),
});

/** What the process is started with. */
export type UsersConfig = z.infer<typeof configSchema>;

/** A request that has ended, or a health check that has changed. Times are epoch milliseconds. */
export const userEventSchema = z.union([
  z.object({
    kind: z.literal('answer'),
    region: z.string(),
    /** The nearest region of the user. */
    home: z.string(),
    sentAtMs: z.number(),
    atMs: z.number(),
    /** 0: no answer. */
    status: z.number(),
    ms: z.number(),
    /** Of the record that a 2xx acknowledged. */
    timestamp: z.string().optional(),
  }),
  z.object({
    kind: z.literal('health'),
    region: z.string(),
    state: z.enum(['healthy', 'unhealthy']),
    atMs: z.number(),
  }),
]);

/** An event of this process. */
export type UserEvent = z.infer<typeof userEventSchema>;

const recordSchema = z.object({ timestamp: z.string() });

function print(event: UserEvent): void {
  console.log(JSON.stringify(event));
}

/** Sends a request; resolves with status 0 if there is no answer in time. */
async function send(options: RequestOptions, timeoutMs: number): Promise<{ status: number; body: string }> {
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const fail = () => resolve({ status: 0, body: '' });
    request({ ...options, signal }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), fail);
    })
      .on('error', fail)
      .end();
  });
}

/** Calls `action` until the process is told to end; requests in flight are still reported. */
function every(ms: number, action: () => Promise<void>): void {
  const timer = setInterval(() => void action(), ms);
  process.on('SIGTERM', () => clearInterval(timer));
}

function checkHealth({ addresses, healthCheck }: UsersConfig, checks: HealthChecks): void {
  const { path, intervalMs, failureThreshold } = healthCheck;
  for (const [region, host] of Object.entries(addresses)) {
    // A new connection each time, and an answer within the time in which a change of state is due.
    const check = async () => {
      const { status } = await send({ host, path, agent: false }, intervalMs * failureThreshold);
      const state = checks.report(region, status >= 200 && status <= 399);
      if (state) print({ kind: 'health', region, state, atMs: Date.now() });
    };
    every(intervalMs, check);
  }
}

function sendRequests(config: UsersConfig, checks: HealthChecks): void {
  for (const { nearest, requestsPerS } of config.groups) {
    const resolver = new CachingResolver(() => answerOf(nearest, (region) => checks.isHealthy(region)), config.ttlMs);
    const agent = new Agent({ keepAlive: true });
    const ask = async () => {
      const sentAtMs = Date.now();
      const region = resolver.resolve(sentAtMs);
      const host = config.addresses[region] ?? '';
      const { status, body } = await send(
        { host, path: '/app', method: 'POST', headers: { accept: 'application/json' }, agent },
        config.requestTimeoutMs,
      );
      const atMs = Date.now();
      const record = status >= 200 && status <= 299 ? recordSchema.parse(JSON.parse(body)) : {};
      print({ kind: 'answer', region, home: nearest[0] ?? '', sentAtMs, atMs, status, ms: atMs - sentAtMs, ...record });
    };
    every(1_000 / requestsPerS, ask);
  }
}

if (import.meta.main) {
  const config = configSchema.parse(JSON.parse(process.argv[2] ?? ''));
  const checks = new HealthChecks(config.healthCheck.failureThreshold);
  console.log('ready');
  checkHealth(config, checks);
  sendRequests(config, checks);
}
