/** Settings of every AWS client here: region, credentials and endpoint come from the usual AWS configuration. */
export const CLIENT_SETTINGS = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000 },
} as const;
