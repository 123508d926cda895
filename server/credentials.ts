import type { Runtime } from './runtime.ts';

interface Credentials {
  readonly expiration?: Date;
}

/** The resolved `credentials` of the configuration of a client of the AWS SDK. */
type CredentialProvider<T extends Credentials> = (options?: { readonly forceRefresh?: boolean }) => Promise<T>;

/**
 * The instance metadata service has new credentials at least this long before the old ones expire.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
 */
const REFRESH_AHEAD_MS = 5 * 60_000;

/** If a refresh fails or returns the old credentials, the next one follows after this long. */
const REFRESH_PAUSE_MS = 30_000;

/**
 * Refreshes credentials once, in the background, before they expire. The SDK's own cache asks its source at each call
 * during their last five minutes. Callers wait only for the first credentials, for expired ones, and if they force it.
 */
export function cacheCredentials<T extends Credentials>(source: CredentialProvider<T>, runtime: Runtime) {
  let current: T | undefined;
  let refreshing: Promise<void> | undefined;
  let pauseUntilMs = Number.NEGATIVE_INFINITY;

  function refresh(): Promise<void> {
    refreshing ??= source({ forceRefresh: current !== undefined })
      .then((credentials) => {
        current = credentials;
      })
      .finally(() => {
        refreshing = undefined;
        pauseUntilMs = runtime.monotonicMs() + REFRESH_PAUSE_MS;
      });
    return refreshing;
  }

  function lifeMs({ expiration }: Credentials): number {
    return expiration === undefined ? Number.POSITIVE_INFINITY : expiration.getTime() - runtime.wallMicros() / 1_000;
  }

  const provide: CredentialProvider<T> = async (options) => {
    if (current === undefined || options?.forceRefresh) {
      await refresh();
    } else if (lifeMs(current) < REFRESH_AHEAD_MS && runtime.monotonicMs() >= pauseUntilMs) {
      const refreshed = refresh();
      if (lifeMs(current) <= 0) await refreshed;
      // Until they have expired, the old ones are valid.
      else refreshed.catch(() => {});
    }
    return current as T;
  };
  // The SDK adds no cache of its own to a provider with these properties.
  return Object.assign(provide, { memoized: true, configBound: true, attributed: true });
}
