/** The faults of a torture run. `ms` is how long one lasts; `text` is what the report says. */
interface FaultKind {
  readonly text: string;
  readonly ms: readonly [min: number, max: number];
}

/** Faults of the connection between server and database, which the proxy causes. */
export const PROXY_FAULTS = {
  delay: { text: 'requests reach the database up to 1.5 s late', ms: [1_000, 2_500] },
  'late-answer': { text: 'the database answers up to 9 s late', ms: [1_000, 2_000] },
  'late-apply': { text: 'connections are reset, and the requests are applied up to 5 s later', ms: [1_000, 2_500] },
  duplicate: { text: 'requests reach the database twice', ms: [1_000, 2_500] },
  'reset-before': { text: 'connections are reset before a request is applied', ms: [1_000, 2_500] },
  'reset-after': { text: 'connections are reset after a request is applied', ms: [1_000, 2_500] },
  'half-close': { text: 'the database closes its side of a connection and does not answer', ms: [1_000, 2_000] },
  'half-answer': { text: 'the body of an answer stops', ms: [1_000, 2_000] },
  silence: { text: 'requests get no answer', ms: [1_000, 2_000] },
  garbage: { text: 'answers are not HTTP', ms: [1_000, 2_500] },
  'wrong-answer': { text: 'a proxy answers with 200 and a page instead of the database', ms: [1_000, 2_500] },
  throttle: { text: 'the database throttles', ms: [1_000, 2_500] },
  'server-error': { text: 'the database answers 500 or 503', ms: [1_000, 2_500] },
  'expired-token': { text: 'the database refuses the credentials as expired', ms: [500, 1_500] },
  refuse: { text: 'nothing listens at the address of the database', ms: [1_000, 2_500] },
  'refuse-new': { text: 'new connections fail, and open ones close from time to time', ms: [1_500, 3_000] },
} as const satisfies Record<string, FaultKind>;

/** Faults of processes, clocks and whole services. */
export const PROCESS_FAULTS = {
  'kill-worker': { text: 'a worker is killed', ms: [0, 0] },
  'kill-workers': { text: 'all workers are killed at once', ms: [0, 0] },
  'pause-worker': { text: 'a worker is paused (SIGSTOP)', ms: [300, 3_000] },
  'pause-workers': { text: 'all workers are paused (SIGSTOP)', ms: [300, 2_000] },
  'end-worker': { text: 'a worker gets SIGINT, and drains', ms: [0, 0] },
  reload: { text: 'pm2 reloads all workers', ms: [0, 0] },
  'lose-database': { text: 'the database is away for longer than a block waits for it', ms: [5_000, 8_000] },
  'lose-everything': { text: 'database and spill bucket are away', ms: [3_000, 6_000] },
  'kill-database': { text: 'the database is killed, and starts again later', ms: [500, 2_000] },
  'pause-database': { text: 'the database is paused (SIGSTOP)', ms: [500, 3_000] },
  'clock-ahead': { text: 'the clock steps an hour ahead, and back', ms: [300, 1_500] },
  'clock-behind': { text: 'the clock steps ten minutes back, and ahead again', ms: [300, 1_500] },
  'clock-nudge': { text: 'the clock steps 20 ms back, and ahead again', ms: [300, 1_500] },
} as const satisfies Record<string, FaultKind>;

export const FAULTS = { ...PROXY_FAULTS, ...PROCESS_FAULTS };

export type ProxyFault = keyof typeof PROXY_FAULTS;
export type ProcessFault = keyof typeof PROCESS_FAULTS;
export type FaultName = keyof typeof FAULTS;

export function isProxyFault(name: FaultName): name is ProxyFault {
  return name in PROXY_FAULTS;
}

/** Steps of the clock, in milliseconds. */
export const CLOCK_STEPS_MS = { 'clock-ahead': 3_600_000, 'clock-behind': -600_000, 'clock-nudge': -20 } as const;

export function clockStepMs(name: FaultName): number | undefined {
  return name in CLOCK_STEPS_MS ? CLOCK_STEPS_MS[name as keyof typeof CLOCK_STEPS_MS] : undefined;
}
