/**
 * The errors that clients can see. `http/problems.ts` maps each code to a status. Any other error is a bug and becomes
 * a 500 with a generic body.
 */
export type ErrorCode =
  | 'invalid' // 400: the request does not match the schema
  | 'unauthorized' // 401: the token is missing or wrong
  | 'not-found' // 404
  | 'method-not-allowed' // 405
  | 'not-acceptable' // 406
  | 'conflict' // 409: a unique value is already taken
  | 'key-invalid' // 400: the Idempotency-Key is malformed
  | 'key-in-use' // 409: a request with this Idempotency-Key is being processed
  | 'other-region' // 421: only the home region does this
  | 'key-reused' // 422: the Idempotency-Key was used with another request
  | 'too-large' // 413
  | 'unsupported-media-type' // 415
  | 'rate-limited' // 429
  | 'overloaded' // 503: refused before any work was done
  | 'draining' // 503: this process is shutting down
  | 'unavailable'; // 503: the database did not answer in time

/** An invalid field, such as `query.limit` or `body.email`, and what is expected. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What a rate limit still admits. */
export interface Quota {
  /** The limit of the instance. */
  readonly ratePerSecond: number;
  /** Requests that this process admits at once. */
  readonly remaining: number;
  /** Whole seconds within which it may admit no more than these. */
  readonly windowS: number;
}

export interface ServiceErrorDetails {
  /** The invalid fields, for `invalid` and `conflict`. */
  readonly fields?: readonly FieldError[];
  /** Sent as `Retry-After`. */
  readonly retryAfterS?: number;
  /** The exceeded rate limit, sent as `RateLimit` and `RateLimit-Policy`. */
  readonly quota?: Quota;
  /** The methods that the resource supports, sent as `Allow`. */
  readonly allow?: readonly string[];
  readonly cause?: unknown;
}

/**
 * An error whose message may be shown to the client. It has a stack only if it has a cause: others are not logged, and
 * collecting the stack takes an eighth of the CPU time of a refusal.
 */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];
  readonly retryAfterS: number | undefined;
  readonly quota: Quota | undefined;
  readonly allow: readonly string[] | undefined;

  constructor(code: ErrorCode, message: string, details: ServiceErrorDetails = {}) {
    const { stackTraceLimit } = Error;
    if (details.cause === undefined) Error.stackTraceLimit = 0;
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'ServiceError';
    this.code = code;
    this.fields = details.fields ?? [];
    this.retryAfterS = details.retryAfterS;
    this.quota = details.quota;
    this.allow = details.allow;
  }
}

/** The server cannot start for a reason that its operator can remove. The message says what is wrong and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
