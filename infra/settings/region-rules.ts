import { isHome } from './regions.ts';
import type { Rule } from './rule.ts';
import type { Settings } from './table.ts';
import { ANY_IPV4 } from './types.ts';

/** ARNs that are valid in one region, while the regions of a stage have the same settings. */
const OF_ONE_REGION = ['certificateArn', 'volumeKeyArn'] as const satisfies readonly (keyof Settings)[];

function ofOneRegion(settings: Settings) {
  return OF_ONE_REGION.find((name) => settings[name] !== '');
}

const inSeveral = ({ regions }: Settings) => regions.length > 0;
const named = ({ regions }: Settings) => `Setting regions is ${regions.join(',')}`;

/** Rules for a stage in several regions. */
export const REGION_RULES: readonly Rule[] = [
  {
    broken: (_, { regions }) => regions.length === 1 || new Set(regions).size < regions.length,
    message: (settings) =>
      `${named(settings)}, expected at least two different ones, the home region first, or nothing for one region`,
  },
  {
    broken: (_, settings) => inSeveral(settings) && !settings.regions.includes(settings.region),
    message: (settings) =>
      `${named(settings)}, and region is ${settings.region}, expected one of them. ` +
      'Use npm run deploy -- --regions …, which deploys each of them',
  },
  {
    broken: (_, settings) => inSeveral(settings) && settings.domainName === '',
    message: (settings) =>
      `${named(settings)}, which needs a domainName that leads to all of them. Use -c domainName=…`,
  },
  {
    broken: (_, settings) => inSeveral(settings) && ofOneRegion(settings) !== undefined,
    message: (settings) =>
      `${named(settings)}, but ${ofOneRegion(settings)} is of one region, and all regions have the same settings. Remove it`,
  },
  {
    broken: (_, settings) => inSeveral(settings) && !settings.sourceCidrs.includes(ANY_IPV4),
    message: (settings) =>
      `${named(settings)}, but sourceCidrs is ${settings.sourceCidrs.join(',')}: Route 53's health checks come from many ` +
      `networks and would see each region as failed. Use -c sourceCidrs=${ANY_IPV4}, or one region`,
  },
  {
    broken: (_, settings) => inSeveral(settings) && settings.clientAuthorities !== '',
    message: (settings) =>
      `${named(settings)}, but clientAuthorities is set: Route 53's health checks have no certificate and would see each ` +
      'region as failed. Remove one of them',
  },
  {
    broken: (_, settings) => settings.secretArn !== '' && isHome(settings),
    message: ({ region, secretArn }) =>
      `Setting secretArn is ${secretArn}, but ${region} is the home region, which has the secret itself. Remove it`,
  },
];
