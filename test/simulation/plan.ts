/** What one run does: the result of a seed, and what shrinking makes smaller. */
export interface Plan {
  readonly seed: number;
  /** The system clock at the start of the run. */
  readonly epochMicros: number;
  readonly durationMs: number;
  readonly machines: number;
  /** The shards with which each machine is configured; they differ while a change of the setting is deployed. */
  readonly shards: readonly number[];
  readonly windowMs: number;
  /** Whether the processes have a spill bucket. */
  readonly spills: boolean;
  /** With two regions, how far a partition of their tables may be behind. @default - one region */
  readonly slowestReplicationMs?: number | undefined;
  /** How far an eventually consistent read may be behind. */
  readonly staleMs: number;
  /** The region, by its number, to which requests with a key go. @default - all */
  readonly regionOfKeys?: number | undefined;
  readonly weather: Weather;
  /** How likely a process is paused just before or after a reading of the system clock. */
  readonly stallShare: number;
  readonly steps: readonly Step[];
  /** The table refuses the blocks of every n-th request without a key, as invalid. @default - none */
  readonly refusedEvery?: number | undefined;
  /** A process is killed when it has sent the n-th of these commands. @default - none */
  readonly crashAt?: { readonly command: string; readonly number: number; readonly afterMicros: number } | undefined;
  /** The table still has these keys, although they have expired. */
  readonly expiredKeys: readonly string[];
  /** Only these requests to AWS may have a fault of the weather or an outage. @default - all */
  readonly faultyRequests?: readonly number[];
}

/** An `Idempotency-Key`, and the content of the request that it is sent with. */
export interface RequestKey {
  readonly text: string;
  readonly content: string;
}

/** How likely each fault of a single request to AWS is. */
export interface Weather {
  /** The connection breaks before the request has been executed. */
  readonly lostBefore: number;
  /** The connection breaks after the request has been executed. */
  readonly lostAfter: number;
  /** No answer, and the request is not executed. */
  readonly silentBefore: number;
  /** No answer, but the request is executed. */
  readonly silentAfter: number;
  /** Executed seconds later, possibly after it was given up. */
  readonly late: number;
  /** Executed a second time, seconds later. */
  readonly twice: number;
  readonly throttled: number;
  /** Answered with a server error, and not executed. */
  readonly failed: number;
}

/** While it lasts, this share of the requests to a service has this fate. */
export interface Outage {
  readonly service: 'table' | 'spill';
  readonly fate: keyof Weather;
  readonly share: number;
  /** Only requests of this process. @default - of all */
  readonly of?: string | undefined;
}

/** One thing that a client does or that happens to a process. */
export type Step = { readonly atMs: number } & (
  | {
      readonly kind: 'post';
      readonly machine: number;
      /** How often the client repeats a request that failed. */
      readonly repeats: number;
      /** Whether a reader lists as soon as the request is acknowledged. */
      readonly listsAfter: boolean;
    }
  | {
      /** A request with an `Idempotency-Key`. */
      readonly kind: 'post-once';
      readonly key: RequestKey;
      /** How often the client repeats it. */
      readonly repeats: number;
    }
  | { readonly kind: 'list'; readonly machine: number; readonly limit: number; readonly consistent: boolean }
  | { readonly kind: 'follow'; readonly machine: number; readonly consistent: boolean }
  | {
      readonly kind: 'register';
      readonly machine: number;
      readonly username: string;
      readonly email: string;
      readonly key?: string;
    }
  | { readonly kind: 'outage'; readonly outage: Outage; readonly forMs: number }
  /** Nothing is replicated between the regions. */
  | { readonly kind: 'replication'; readonly forMs: number }
  | { readonly kind: 'crash'; readonly machine: number; readonly forMs: number }
  | { readonly kind: 'pause'; readonly machine: number; readonly forMs: number }
  | { readonly kind: 'clock'; readonly machine: number; readonly byMs: number; readonly forMs: number }
);
