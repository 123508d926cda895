import { BRANCH_STAGE } from '../contract.ts';
import { type FleetBounds, fleetBounds } from '../scaling/capacity.ts';
import type { Scaling } from '../scaling/steps.ts';
import { CANARY_RULES } from './canary-rules.ts';
import { CHAT_RULES } from './chat-rules.ts';
import { REGION_RULES } from './region-rules.ts';
import { RETENTION_RULES } from './retention-rules.ts';
import type { Rule } from './rule.ts';
import type { Settings } from './table.ts';
import { ANY_IPV4 } from './types.ts';

/** Stages named `prod` or `prod-…` get the safe values, all others the cheap ones. */
export function isProd(stage: string): boolean {
  return /^prod(-|$)/.test(stage);
}

/** Which values of the table a stage has by default. */
export function valuesOf(stage: string): 'dev' | 'prod' | 'branch' {
  if (isProd(stage)) return 'prod';
  return BRANCH_STAGE.pattern.test(stage) ? 'branch' : 'dev';
}

/** Whether an instance type, or a family of them, runs images for the architecture. Graviton: t4g, c7gn, m8gd. */
function runs(typeOrFamily: string, { architecture }: Settings): boolean {
  return /^[a-z]+\d+g/.test(typeOrFamily) === (architecture === 'arm64');
}

/** Elastic Load Balancing reserves no fewer capacity units. */
const LEAST_RESERVED_CAPACITY = 100;

const RULES: readonly Rule[] = [
  {
    broken: (_, settings) => !runs(settings.instanceType, settings),
    message: ({ instanceType, architecture }) =>
      `Setting instanceType is ${instanceType}, which cannot run an image for ${architecture}. Change one of them`,
  },
  {
    broken: (_, settings) => settings.alternativeFamilies.some((family) => !runs(family, settings)),
    message: ({ alternativeFamilies, architecture }) =>
      `Setting alternativeFamilies is ${alternativeFamilies.join(',')}, expected only families that run an image for ` +
      `${architecture}. Use -c alternativeFamilies=… with others, or with nothing`,
  },
  {
    broken: (_, { rateLimitPerSecond, rateLimitBurst }) => rateLimitBurst > 0 && rateLimitPerSecond === 0,
    message: ({ rateLimitBurst }) =>
      `Setting rateLimitBurst is ${rateLimitBurst}, but rateLimitPerSecond is 0: there is no limit. ` +
      'Use -c rateLimitPerSecond=…, or leave out rateLimitBurst',
  },
  {
    broken: (_, { zones, networkZones }) => zones.some((zone) => !networkZones.includes(zone)),
    message: ({ zones, networkZones }) =>
      `Setting zones is ${zones}, expected only zones of networkZones, which is ${networkZones}. ` +
      'Append the missing zone with -c networkZones=…',
  },
  {
    broken: (_, { allowPlainHttp, certificateArn, domainName }) => !allowPlainHttp && !certificateArn && !domainName,
    message: () =>
      'Neither certificateArn nor domainName is set, and allowPlainHttp is false: the service would have no listener. ' +
      'Use -c certificateArn=arn:aws:acm:… (or -c domainName=… -c hostedZoneId=… -c hostedZoneName=…)',
  },
  {
    broken: (_, { domainName, hostedZoneId, hostedZoneName }) =>
      domainName !== '' && (hostedZoneId === '' || !`.${domainName}`.endsWith(`.${hostedZoneName}`)),
    message: ({ domainName, hostedZoneId, hostedZoneName }) =>
      `Setting domainName is ${domainName}, but its hosted zone is "${hostedZoneId}" named "${hostedZoneName}". ` +
      'Use -c hostedZoneId=Z… -c hostedZoneName=… of the zone that holds the name',
  },
  {
    broken: (_, { sourceCidrs }) => sourceCidrs.length > 1 && sourceCidrs.includes(ANY_IPV4),
    message: ({ sourceCidrs }) =>
      `Setting sourceCidrs is ${sourceCidrs.join(',')}, which admits all addresses. Remove ${ANY_IPV4}, or all others`,
  },
  {
    broken: (_, { jwtIssuer, jwtKeys, jwtClaims }) =>
      (jwtIssuer === '') !== (jwtKeys === '') || (jwtIssuer === '' && jwtClaims.length > 0),
    message: ({ jwtIssuer, jwtKeys }) =>
      `Setting jwtIssuer is "${jwtIssuer}" and jwtKeys is "${jwtKeys}", expected both, and jwtClaims only with them. ` +
      'Use -c jwtIssuer=https://… -c jwtKeys=https://…',
  },
  {
    broken: (_, { jwtIssuer, readToken, writeToken }) =>
      jwtIssuer !== '' && (readToken === 'required' || writeToken === 'required'),
    message: ({ readToken, writeToken }) =>
      `Setting jwtIssuer is set, readToken is ${readToken} and writeToken is ${writeToken}: a request has only one ` +
      'Authorization header, for the JSON Web Token. Use -c readToken=none -c writeToken=none',
  },
  {
    broken: (_, { certificateArn, domainName, jwtIssuer, clientAuthorities }) =>
      !certificateArn && !domainName && (jwtIssuer !== '' || clientAuthorities !== ''),
    message: ({ jwtIssuer, clientAuthorities }) =>
      `Setting ${jwtIssuer ? 'jwtIssuer' : 'clientAuthorities'} is "${jwtIssuer || clientAuthorities}", which needs TLS. ` +
      'Use -c certificateArn=… or -c domainName=…',
  },
  {
    broken: (_, { volumeKeyArn, region }) => volumeKeyArn !== '' && volumeKeyArn.split(':')[3] !== region,
    message: ({ volumeKeyArn, region }) =>
      `Setting volumeKeyArn is ${volumeKeyArn}, expected a key in ${region}, where the volumes are. Correct one of them`,
  },
  {
    broken: (stage, { readToken, jwtIssuer, clientAuthorities }) =>
      isProd(stage) && readToken === 'none' && jwtIssuer === '' && clientAuthorities === '',
    message: () =>
      'Setting readToken is none in production: anyone could read client addresses and e-mail addresses. ' +
      'Use -c readToken=required, or let the load balancer check the callers with jwtIssuer or clientAuthorities',
  },
  {
    broken: (stage, { retainData }) => isProd(stage) && !retainData,
    message: () => 'Setting retainData is false in production: destroy would delete every timestamp. Remove it',
  },
  {
    broken: (stage, { branchEnvironments, githubRepository }) =>
      branchEnvironments && (githubRepository === '' || valuesOf(stage) !== 'dev'),
    message: ({ githubRepository }) =>
      `Setting branchEnvironments is true and githubRepository is "${githubRepository}", expected a repository, and a ` +
      'stage that is neither production nor the environment of a branch. Use it with dev and -c githubRepository=…',
  },
  {
    broken: (_, { peakRate, sustainedRate }) => peakRate < sustainedRate,
    message: ({ peakRate, sustainedRate }) =>
      `Setting peakRate is ${peakRate}, expected at least the sustainedRate ${sustainedRate}. Raise peakRate`,
  },
  {
    broken: (_, { minimumLoadBalancerCapacity: units }) => units > 0 && units < LEAST_RESERVED_CAPACITY,
    message: ({ minimumLoadBalancerCapacity: units }) =>
      `Setting minimumLoadBalancerCapacity is ${units}, expected 0 or at least ${LEAST_RESERVED_CAPACITY} capacity units`,
  },
  ...CANARY_RULES,
  ...CHAT_RULES,
  ...REGION_RULES,
  ...RETENTION_RULES,
];

/** Throws an error for the first contradiction between settings. */
export function refuseContradictions(stage: string, settings: Settings): void {
  const broken = RULES.find((rule) => rule.broken(stage, settings));
  if (broken) throw new Error(broken.message(settings));
  refuseDisorder(settings);
  const bounds = fleetBounds(settings);
  refuseFlapping(settings, bounds);
  refuseScheduleOutside(bounds, settings.schedule);
}

/** Throws unless each scaling step is further from the target than the previous one and changes more instances. */
export function refuseDisorder({ scaleOut, scaleIn }: Scaling): void {
  const directions = {
    scaleOut: scaleOut.map(({ from, instances }) => ({ percent: from, distance: from, instances })),
    scaleIn: scaleIn.map(({ below, instances }) => ({ percent: below, distance: -below, instances })),
  };
  for (const [name, steps] of Object.entries(directions)) {
    steps.forEach((step, index) => {
      const next = steps[index + 1];
      if (!next || (step.distance < next.distance && step.instances < next.instances)) return;
      throw new Error(
        `Setting ${name} has ${next.instances} at ${next.percent} % after ${step.instances} at ${step.percent} %, expected each step ` +
          `to be further from the target and to change more instances. Use -c ${name}=… or correct infra/settings/table.ts`,
      );
    });
  }
}

/** Throws if a scale-in could cause a scale-out, because the remaining instances would exceed its threshold. */
export function refuseFlapping({ scaleOut, scaleIn }: Scaling, { min, max }: FleetBounds): void {
  const limit = scaleOut[0].from;
  for (const { below, instances } of scaleIn) {
    for (let size = min + 1; size <= max; size += 1) {
      const left = Math.max(min, size - instances);
      const cpuAfter = (below * size) / left;
      if (cpuAfter <= limit) continue;
      throw new Error(
        `Scaling in by ${instances} below ${below} % takes ${size} instances to ${left}, up to ${Math.round(cpuAfter)} % CPU each, ` +
          `which scales out again above ${limit} %. Remove fewer in scaleIn, lower its bound, or raise the minimum of ${min}`,
      );
    }
  }
}

function refuseScheduleOutside({ min, max }: FleetBounds, entries: Settings['schedule']): void {
  const outside = entries.find(({ minimum }) => minimum < min || minimum > max);
  if (!outside) return;
  throw new Error(
    `Schedule ${outside.name} sets the minimum to ${outside.minimum}, expected ${min} to ${max}. Correct it, or raise peakRate`,
  );
}
