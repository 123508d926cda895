/** What AWS's service level agreements promise for the services that a request needs. */

/**
 * Monthly uptime of each service in one region, if it is used in several zones. `version` is the date of the agreement,
 * or where else the number was read, on 2026-11-27.
 */
export const AGREEMENTS = {
  loadBalancer: { uptime: 0.9999, source: 'https://aws.amazon.com/elasticloadbalancing/sla/', version: '2022-07-25' },
  instances: {
    uptime: 0.9999,
    source: 'https://aws.amazon.com/compute/sla/',
    version: 'its prior version, 2022-05-05',
  },
  dynamodb: { uptime: 0.9999, source: 'https://aws.amazon.com/dynamodb/sla/', version: "DynamoDB's developer guide" },
  s3: { uptime: 0.999, source: 'https://aws.amazon.com/s3/sla/', version: '2023-11-28' },
  kms: { uptime: 0.99999, source: 'https://aws.amazon.com/kms/sla/', version: '2022-11-29' },
  route53: { uptime: 1, source: 'https://aws.amazon.com/route53/sla/', version: 'from memory' },
} as const;

/** Availability of what needs all of its parts, if they fail independently. */
export function allOf(...parts: readonly number[]): number {
  return parts.reduce((product, part) => product * part, 1);
}

/** Availability of what needs one of its parts, if they fail independently and nothing is lost in between. */
export function oneOf(...parts: readonly number[]): number {
  return 1 - allOf(...parts.map((part) => 1 - part));
}

/** Availabilities by the agreements, for a number of regions. */
export function availabilities(regions = 1) {
  const { loadBalancer, instances, dynamodb, s3, kms, route53 } = AGREEMENTS;
  const fleet = allOf(loadBalancer.uptime, instances.uptime, kms.uptime);
  const inEach = (region: number) => allOf(route53.uptime, oneOf(...Array.from({ length: regions }, () => region)));
  return {
    /** The table or the spill bucket takes the timestamp. */
    recording: inEach(allOf(fleet, oneOf(dynamodb.uptime, s3.uptime))),
    /** Also recording with an `Idempotency-Key`, which is not spilled. */
    reading: inEach(allOf(fleet, dynamodb.uptime)),
  };
}

/** A share of time as a percentage, and the rest of a year in words: `99.98 %, 1.8 hours a year`. */
export function availabilityText(availability: number): string {
  const seconds = (1 - availability) * 365 * 24 * 3600;
  const rest =
    seconds >= 3600
      ? `${(seconds / 3600).toFixed(1)} hours`
      : seconds >= 60
        ? `${(seconds / 60).toFixed(1)} minutes`
        : `${seconds.toFixed(1)} seconds`;
  const nines = Math.max(2, Math.ceil(-Math.log10(1 - availability)) - 1);
  return `${(Math.floor(availability * 10 ** (nines + 2)) / 10 ** nines).toFixed(nines)} %, ${rest} a year`;
}
