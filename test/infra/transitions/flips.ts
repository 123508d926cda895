import { isProd } from '../../../infra/settings/rules.ts';
import { type Settings, TABLE } from '../../../infra/settings/table.ts';
import { CERTIFICATE, EVERYTHING_ON, type Overrides } from '../synthesize.ts';

const ZONE = { hostedZoneId: 'Z0123456789', hostedZoneName: 'example.org' };
const NAMED = { ...ZONE, domainName: 'stampede.example.org' };
const OTHER_CERTIFICATE = `${CERTIFICATE}-2`;
const AWAY = {
  regions: 'eu-central-1,eu-west-1',
  tableName: 'stampede-example',
  secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:example',
};
const PAIR = { regions: 'eu-west-1,eu-central-1' };

const TLS = { certificateArn: CERTIFICATE };
const JWT = {
  ...TLS,
  jwtIssuer: 'https://issuer.example.org',
  jwtKeys: 'https://issuer.example.org/keys',
  readToken: 'none',
  // It has no JSON Web Token.
  canary: 'false',
};

const CHAT = { slackWorkspaceId: 'T01EXAMPLE', slackPageChannelId: 'C01EXAMPLE' };

/** Settings that have an effect, or are permitted, only together with others. */
const NEEDS: Readonly<Partial<Record<keyof Settings, Overrides>>> = {
  networkZones: { zones: 'a,b' },
  regions: { ...NAMED, certificateArn: '' },
  secretArn: { ...NAMED, certificateArn: '', ...AWAY },
  peakRate: { warmWriteUnits: '20000' },
  hostedZoneId: NAMED,
  hostedZoneName: NAMED,
  rateLimitBurst: { rateLimitPerSecond: '100' },
  branchEnvironments: { githubRepository: 'example/stampede' },
  wafRatePerAddress: { waf: 'true' },
  retentionDays: { archive: 'true' },
  slackWorkspaceId: CHAT,
  slackPageChannelId: CHAT,
  slackTicketChannelId: CHAT,
};

/** Changes of one setting that cannot be derived from its type. Some need other settings as well. */
const FLIPS: Readonly<Partial<Record<keyof Settings, readonly Overrides[]>>> = {
  networkZones: [{ networkZones: 'a,b' }],
  zones: [{ zones: 'a,b' }, { zones: 'a,b,c' }, { zones: 'b,c' }],
  vpcCidr: [{ vpcCidr: '10.99.0.0/16' }],
  // The canary could not reach the load balancer.
  sourceCidrs: [{ sourceCidrs: '198.51.100.0/24,192.0.2.0/24', canary: 'false' }],
  nat: [{ nat: 'single' }, { nat: 'per-az' }, { nat: 'regional' }],
  // Production permits the first one only if the load balancer checks the callers.
  readToken: [{ readToken: 'none' }, JWT],
  jwtIssuer: [JWT],
  jwtKeys: [{ ...JWT, jwtKeys: 'https://issuer.example.org/other-keys' }],
  jwtClaims: [{ ...JWT, jwtClaims: 'aud=stampede' }],
  clientAuthorities: [{ ...TLS, clientAuthorities: 's3://example-authorities/clients.pem', canary: 'false' }],
  sshCidrs: [{ sshCidrs: '198.51.100.0/24' }, { sshCidrs: '192.0.2.0/24,203.0.113.7/32' }],
  architecture: [{ architecture: 'x86_64', instanceType: 'c7i.large', alternativeFamilies: '' }],
  alternativeFamilies: [{ alternativeFamilies: '' }, { alternativeFamilies: 'c6g' }],
  instanceType: [{ instanceType: 'c8g.medium' }],
  volumeKeyArn: [{ volumeKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/example' }],
  scaleOut: [{ scaleOut: '65:2/85:3' }],
  scaleIn: [{ scaleIn: '30:1/10:2' }],
  warmWriteUnits: [{ warmWriteUnits: '30000' }],
  schedule: [{ schedule: 'Morning=0 6 * * MON-FRI=3' }],
  certificateArn: [{ certificateArn: OTHER_CERTIFICATE }],
  domainName: [NAMED, { ...NAMED, domainName: 'other.example.org' }],
  hostedZoneId: [{ hostedZoneId: 'Z9876543210' }],
  hostedZoneName: [{ hostedZoneName: 'stampede.example.org' }],
  regions: [PAIR],
  tableName: [{ tableName: 'restored' }],
  secretArn: [{ secretArn: `${AWAY.secretArn}2` }],
  retentionDays: [{ retentionDays: '90' }],
  minimumLoadBalancerCapacity: [{ minimumLoadBalancerCapacity: '200' }],
  pageEmail: [{ pageEmail: 'on-call@example.org' }],
  ticketEmail: [{ ticketEmail: 'people@example.org' }],
  pagerSecret: [{ pagerSecret: 'pager' }],
  slackWorkspaceId: [{ slackWorkspaceId: 'T02EXAMPLE' }],
  slackPageChannelId: [{ slackPageChannelId: 'C02EXAMPLE' }],
  slackTicketChannelId: [{ slackTicketChannelId: 'C03EXAMPLE' }],
  bootstrapQualifier: [{ bootstrapQualifier: 'stampdev' }],
  githubRepository: [{ githubRepository: 'example/stampede' }],
};

/** Settings that do not change on a deployed stage. */
const FIXED: Readonly<Partial<Record<keyof Settings, string>>> = {
  region: 'stacks in another region are another stage',
};

/** A change of a deployed stage. */
export interface Flip {
  readonly setting: string;
  readonly from: Overrides;
  readonly to: Overrides;
}

/** The overrides with which a stage can be deployed. */
export function baseOf(stage: string): Overrides {
  return isProd(stage) ? { certificateArn: CERTIFICATE } : {};
}

/** All settings that can change on a deployed stage. */
export const CHANGEABLE = Object.keys(TABLE).filter((name) => !Object.hasOwn(FIXED, name)) as (keyof Settings)[];

/** The changes of one setting of a stage, from its value there. */
export function flipsOf(setting: keyof Settings, stage: string): readonly Flip[] {
  const from = { ...baseOf(stage), ...NEEDS[setting] };
  const values = FLIPS[setting] ?? derived(setting, stage);
  return values.map((value) => ({ setting, from, to: { ...from, ...value } }));
}

/** Another value that the type of the setting accepts. */
function derived(setting: keyof Settings, stage: string): readonly Overrides[] {
  const { type, dev, prod } = TABLE[setting];
  const [own, other] = isProd(stage) ? [prod, dev] : [dev, prod];
  const options = 'options' in type ? (type.options as readonly unknown[]) : [];
  const candidates = [other, ...options, !own, Number(own) + 1, Number(own) + 10];
  const found = candidates.find(
    (value) => JSON.stringify(value) !== JSON.stringify(own) && type.safeParse(value).success,
  );
  return found === undefined ? [] : [{ [setting]: found }];
}

/** Changes of several settings at once. */
export function combinedFlips(stage: string): readonly Flip[] {
  const base = baseOf(stage);
  const plain = { allowPlainHttp: 'true', certificateArn: '' };
  const named = { ...base, ...NAMED, certificateArn: '' };
  const combined: Readonly<Record<string, readonly [from: Overrides, to: Overrides]>> = {
    'plain HTTP and a certificate': [plain, { certificateArn: CERTIFICATE }],
    'plain HTTP and a domain name': [plain, named],
    'a certificate and a domain name': [{ certificateArn: CERTIFICATE }, named],
    'two regions and three': [
      { ...named, ...PAIR },
      { ...named, regions: `${PAIR.regions},eu-north-1` },
    ],
    'per-az NAT in three zones and a single NAT in two': [
      { ...base, zones: 'a,b,c', nat: 'per-az' },
      { ...base, zones: 'a,b', nat: 'single' },
    ],
    'one operator network and two': [
      { ...base, sshCidrs: '198.51.100.0/24' },
      { ...base, sshCidrs: '198.51.100.0/24,192.0.2.0/24' },
    ],
    'everything on and off': [base, { ...EVERYTHING_ON, schedule: 'Morning=0 6 * * MON-FRI=3' }],
  };
  return Object.entries(combined).map(([setting, [from, to]]) => ({ setting, from, to }));
}
