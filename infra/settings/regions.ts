import type { Settings } from './table.ts';

/** What the functions of this file read. */
type Regions = Pick<Settings, 'region' | 'regions'>;

/** The regions that record, the home region first. */
export function recordingRegions({ region, regions }: Regions): readonly [home: string, ...others: string[]] {
  const [home = region, ...others] = regions;
  return [home, ...others];
}

/** The region that has the table's stack and the secret, and creates users. */
export function homeRegion(settings: Regions): string {
  return recordingRegions(settings)[0];
}

/** The regions with a replica of table and secret. */
export function replicaRegions(settings: Regions): readonly string[] {
  return recordingRegions(settings).slice(1);
}

/** Whether the table and the secret of the stage are made in this region. */
export function isHome(settings: Regions): boolean {
  return settings.region === homeRegion(settings);
}

/** DNS name of one region's own load balancer, beside the shared name. */
export function regionalName({ domainName }: Pick<Settings, 'domainName'>, region: string): string {
  return `${region}.${domainName}`;
}
