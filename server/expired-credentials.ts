/** The part of a client of the AWS SDK that this needs. */
interface AwsClient {
  readonly config: { readonly credentials: (options?: { readonly forceRefresh?: boolean }) => Promise<unknown> };
}

/** How AWS refuses credentials that have expired. */
const EXPIRED = /^ExpiredToken(Exception)?$/;

/** Makes a call; if its credentials have expired, gets new ones for the next attempt. */
export async function refreshIfExpired<T>({ config }: AwsClient, call: () => Promise<T>): Promise<T> {
  const used = await config.credentials();
  try {
    return await call();
  } catch (error) {
    // A concurrent call may have refreshed them already.
    if (EXPIRED.test((error as Error).name) && (await config.credentials()) === used)
      await config.credentials({ forceRefresh: true });
    throw error;
  }
}
