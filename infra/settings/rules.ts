import { type FleetBounds, fleetBounds } from '../scaling/capacity.ts';
import { refuseFlapping, type StepTable } from '../scaling/steps.ts';
import { scheduledMinimum } from '../service/scheduled-minimum.ts';
import { isProd } from '../stage.ts';
import type { Settings } from './settings.ts';

/** A combination of settings that is wrong although each of them is right. */
interface Rule {
  readonly broken: (stage: string, settings: Settings) => boolean;
  readonly message: (settings: Settings) => string;
}

/** Graviton families carry a `g` after the generation: t4g, c7gn, m8gd. */
const isGraviton = (instanceType: string): boolean => /^[a-z]+\d+g/.test(instanceType);

const hasTls = (settings: Settings): boolean => settings.certificateArn !== '' || settings.domainName !== '';

const RULES: readonly Rule[] = [
  {
    broken: (_, settings) => isGraviton(settings.instanceType) !== (settings.architecture === 'arm64'),
    message: ({ instanceType, architecture }) =>
      `Setting instanceType is ${instanceType}, which cannot run an image for ${architecture}. Change one of the two`,
  },
  {
    broken: (_, settings) => !settings.allowPlainHttp && !hasTls(settings),
    message: () =>
      'Neither certificateArn nor domainName is set, and allowPlainHttp is false: the service would have no listener. ' +
      'Say -c certificateArn=arn:aws:acm:… (or -c domainName=… -c hostedZoneId=… -c hostedZoneName=…)',
  },
  {
    broken: (_, { domainName, hostedZoneId, hostedZoneName }) =>
      domainName !== '' && (hostedZoneId === '' || !`.${domainName}`.endsWith(`.${hostedZoneName}`)),
    message: ({ domainName, hostedZoneId, hostedZoneName }) =>
      `Setting domainName is ${domainName}, but its hosted zone is "${hostedZoneId}" named "${hostedZoneName}". ` +
      'Say -c hostedZoneId=Z… -c hostedZoneName=… of the zone that holds the name',
  },
  {
    broken: (_, { failover, domainName }) => failover !== 'none' && domainName === '',
    message: ({ failover }) =>
      `Setting failover is ${failover}, which needs a domainName to fail over. Say -c domainName=…`,
  },
  {
    broken: (stage, { retainData }) => isProd(stage) && !retainData,
    message: () => 'Setting retainData is false in production: destroy would delete every timestamp. Remove it',
  },
  {
    broken: (_, { peakRate, sustainedRate }) => peakRate < sustainedRate,
    message: ({ peakRate, sustainedRate }) =>
      `Setting peakRate is ${peakRate}, expected at least the sustainedRate ${sustainedRate}. Raise peakRate`,
  },
];

/** Throws the first contradiction among the settings. */
export function refuseContradictions(stage: string, settings: Settings, scaling: StepTable): void {
  const broken = RULES.find((rule) => rule.broken(stage, settings));
  if (broken) throw new Error(broken.message(settings));
  const bounds = fleetBounds(settings, scaling);
  refuseFlapping(scaling, bounds);
  refuseScheduleOutside(bounds, settings.schedule);
}

function refuseScheduleOutside({ min, max }: FleetBounds, entries: readonly string[]): void {
  for (const { name, minimum } of entries.map(scheduledMinimum)) {
    if (minimum >= min && minimum <= max) continue;
    throw new Error(
      `Schedule ${name} sets the minimum to ${minimum}, expected ${min} to ${max}. Correct it, or raise peakRate`,
    );
  }
}
