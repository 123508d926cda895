/**
 * What can go wrong, in the domain's words. The HTTP layer maps each code to a status in one table
 * (`http/problems.ts`); anything that is not a `ServiceError` is a bug and becomes a 500 with a generic body.
 */
export type ErrorCode =
  | 'invalid' // 400: the request is not what the schema expects
  | 'unauthorized' // 401: a token is needed, or wrong
  | 'not-found' // 404
  | 'method-not-allowed' // 405
  | 'not-acceptable' // 406
  | 'conflict' // 409: something unique is taken
  | 'too-large' // 413
  | 'unsupported-media-type' // 415
  | 'rate-limited' // 429
  | 'overloaded' // 503: refused at once, nothing was begun
  | 'draining' // 503: this process is on its way out
  | 'unavailable'; // 503: the database did not take it in time

/** One field at fault: where it is (`query.limit`, `body.email`) and what is expected of it. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface ServiceErrorDetails {
  /** The fields at fault, for `invalid` and `conflict`. */
  readonly fields?: readonly FieldError[];
  /** Seconds after which to try again, sent as `Retry-After`. */
  readonly retryAfterS?: number;
  /** Methods that the resource has, sent as `Allow`. */
  readonly allow?: readonly string[];
  readonly cause?: unknown;
}

/** An error whose message may be shown to the client. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];
  readonly retryAfterS: number | undefined;
  readonly allow: readonly string[] | undefined;

  constructor(code: ErrorCode, message: string, details: ServiceErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.fields = details.fields ?? [];
    this.retryAfterS = details.retryAfterS;
    this.allow = details.allow;
  }
}
