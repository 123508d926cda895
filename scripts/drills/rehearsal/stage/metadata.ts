/** An instance that the metadata service knows. */
export interface KnownInstance {
  readonly id: string;
  readonly address: string;
  readonly zone: string;
}

const ROLE = 'rehearsal';
const CREDENTIALS_LIFE_MS = 6 * 3_600_000;

/** Paths of the service that are asked for by name here. */
export const METADATA_PATHS = {
  token: '/latest/api/token',
  credentials: `/latest/meta-data/iam/security-credentials/${ROLE}`,
} as const;

/** What the service answers about an instance, by path. */
export function metadataOf({ id, address, zone }: KnownInstance, now: Date): Readonly<Record<string, string>> {
  const base = '/latest/meta-data';
  return {
    [`${base}/instance-id`]: id,
    [`${base}/local-ipv4`]: address,
    [`${base}/placement/availability-zone`]: zone,
    [`${base}/placement/region`]: zone.slice(0, -1),
    [`${base}/iam/security-credentials/`]: ROLE,
    [METADATA_PATHS.credentials]: JSON.stringify({
      Code: 'Success',
      Type: 'AWS-HMAC',
      LastUpdated: now.toISOString(),
      AccessKeyId: `ASIA${id.slice(2).toUpperCase()}`,
      SecretAccessKey: 'rehearsal',
      Token: 'rehearsal',
      Expiration: new Date(now.getTime() + CREDENTIALS_LIFE_MS).toISOString(),
    }),
  };
}
