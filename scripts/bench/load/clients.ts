import { type Answer, Connection } from './connection.ts';

/** Clients of a server, each with a connection. */
export interface Clients {
  readonly port: number;
  readonly path: string;
  /** GET expects 200, POST 201. @default 'POST' */
  readonly method?: 'GET' | 'POST';
  readonly connections: number;
  /**
   * Offered rate, as of many independent clients (a Poisson process).
   * @default - each connection sends its next request when it has its answer, and after a 503 when `Retry-After` is over
   */
  readonly ratePerSecond?: number;
  /** Repeats a refused request at once, whatever `Retry-After` says. @default false */
  readonly isImpatient?: boolean;
}

/** Far fewer than the listen backlog. */
const OPENED_AT_ONCE = 500;

/**
 * Opens the connections and resolves when each has had an answer. Node.js accepts one connection in an iteration of its
 * event loop, so under load, one of thousands of new connections would wait for seconds.
 */
export async function openConnections(clients: Clients) {
  const { port, path, method = 'POST', connections, ratePerSecond, isImpatient = false } = clients;
  const makeRequest = requestMaker(method, path);
  const all: Connection[] = [];
  let onAnswer: (connection: Connection, answer: Answer) => void;
  async function open(count: number): Promise<void> {
    const answered = Promise.withResolvers<void>();
    let missing = count;
    onAnswer = () => {
      missing -= 1;
      if (missing === 0) answered.resolve();
    };
    for (let i = 0; i < count; i++) {
      const connection = new Connection(port, (each, answer) => onAnswer(each, answer));
      all.push(connection);
      connection.send(makeRequest(), performance.now());
    }
    await answered.promise;
  }
  for (let rest = connections; rest > 0; rest -= OPENED_AT_ONCE) await open(Math.min(rest, OPENED_AT_ONCE));

  /** Sends requests until it is stopped. `answered` gets the status and the latency of each. */
  return function startRequests(answered: (status: number, latencyMs: number) => void): () => void {
    /** Connections without a request in progress. */
    const idle: Connection[] = [];
    /** The due times of requests that no connection has sent yet. */
    const overdue: number[] = [];
    /** Connections that repeat a refused request later. */
    const pauses = new Set<NodeJS.Timeout>();
    // Closed loop: sends the next request at once. Open loop: the oldest overdue request, if any.
    const sendNext = (connection: Connection, nowMs = performance.now()) => {
      const dueMs = ratePerSecond === undefined ? nowMs : overdue.shift();
      if (dueMs === undefined) idle.push(connection);
      else connection.send(makeRequest(), dueMs);
    };
    const sendLater = (connection: Connection, pauseMs: number) => {
      const pause = setTimeout(() => {
        pauses.delete(pause);
        sendNext(connection);
      }, pauseMs);
      pauses.add(pause);
    };
    onAnswer = (connection, { status, retryAfterS }) => {
      const nowMs = performance.now();
      answered(status, nowMs - connection.dueMs);
      const isPatient = ratePerSecond === undefined && !isImpatient;
      if (isPatient && retryAfterS > 0) sendLater(connection, jitteredMs(retryAfterS));
      else sendNext(connection, nowMs);
    };
    for (const connection of all) sendNext(connection);
    const offer = (dueMs: number) => {
      overdue.push(dueMs);
      const connection = idle.shift();
      if (connection) sendNext(connection);
    };
    const timer = ratePerSecond && callAtRate(ratePerSecond, offer);
    return () => {
      clearInterval(timer);
      for (const pause of pauses) clearTimeout(pause);
      for (const connection of all) connection.close();
    };
  };
}

/** One to two times the pause that the server asks for, so that refused clients do not return together. */
function jitteredMs(retryAfterS: number): number {
  return retryAfterS * 1000 * (1 + Math.random());
}

/** Calls `offer` with exponential gaps, however slow the answers, with the time at which each request is due. */
function callAtRate(ratePerSecond: number, offer: (dueMs: number) => void): NodeJS.Timeout {
  const gapMs = () => (-Math.log(1 - Math.random()) * 1000) / ratePerSecond;
  let dueMs = performance.now() + gapMs();
  return setInterval(() => {
    for (const nowMs = performance.now(); dueMs <= nowMs; dueMs += gapMs()) offer(dueMs);
  }, 1);
}

/** Makes requests as the load balancer forwards them: with the client's address, and a new trace id for each. */
function requestMaker(method: string, path: string): () => string {
  const head = `${method} ${path} HTTP/1.1
Host: stampede.example.org
User-Agent: bench
Accept: ${method === 'GET' ? 'application/json' : '*/*'}
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
