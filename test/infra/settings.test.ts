import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSettings } from '../../infra/settings/read.ts';

/** Reads the settings of a stage with these overrides. */
const read = (stage: string, overrides: Record<string, string> = {}) => readSettings(stage, (name) => overrides[name]);

const CERTIFICATE = 'arn:aws:acm:eu-west-1:123456789012:certificate/x';

describe('settings', () => {
  it('are cheap in dev and safe in prod', () => {
    const dev = read('dev');
    const prod = read('prod', { certificateArn: CERTIFICATE });
    assert.deepEqual([dev.nat, dev.zones.length, dev.allowPlainHttp], ['single', 2, true]);
    assert.deepEqual([prod.nat, prod.zones.length, prod.allowPlainHttp], ['per-az', 3, false]);
  });

  it('use the values of prod for prod-…, and those of dev for other stages', () => {
    assert.equal(read('alice').nat, 'single');
    assert.equal(read('prod-eu', { certificateArn: CERTIFICATE }).nat, 'per-az');
  });

  it('use the smallest values for the environment of a branch, which leaves nothing behind', () => {
    const { nat, sustainedRate, peakRate, retainData, archive, loadBalancerProtection } = read('pr-123');
    assert.deepEqual(
      { nat, retainData, archive, loadBalancerProtection },
      {
        nat: 'single',
        retainData: false,
        archive: false,
        loadBalancerProtection: false,
      },
    );
    assert.ok(sustainedRate < read('dev').sustainedRate && peakRate < read('dev').peakRate);
  });

  it('can be overridden by text from the command line', () => {
    const { zones, peakRate, waf } = read('dev', { zones: 'a,c', peakRate: '9000', waf: 'true' });
    assert.deepEqual({ zones, peakRate, waf }, { zones: ['a', 'c'], peakRate: 9000, waf: true });
  });

  it('accept scaling steps as text, for each direction separately', () => {
    const { scaleOut, scaleIn, scaleInPeriods, warmupS } = read('dev', {
      scaleOut: '65:1/80:3',
      scaleInPeriods: '15',
      warmupS: '60',
    });
    assert.deepEqual(scaleOut, [
      { from: 65, instances: 1 },
      { from: 80, instances: 3 },
    ]);
    assert.deepEqual(scaleIn, read('dev').scaleIn);
    assert.deepEqual({ scaleInPeriods, warmupS }, { scaleInPeriods: 15, warmupS: 60 });
    assert.deepEqual(read('dev', { scaleIn: '30:1/10:2' }).scaleIn, [
      { below: 30, instances: 1 },
      { below: 10, instances: 2 },
    ]);
  });

  const refused: readonly [what: string, stage: string, overrides: Record<string, string>, message: RegExp][] = [
    [
      'a value that is none of the choices',
      'dev',
      { nat: 'double' },
      /nat is "double", expected one of single, per-az, regional. Use -c nat=/,
    ],
    [
      'the whole internet on port 22',
      'dev',
      { sshCidrs: '0.0.0.0/0' },
      /sshCidrs is "0.0.0.0\/0", expected .* never 0.0.0.0\/0/,
    ],
    ['the environment of a branch without a number', 'pr-main', {}, /Stage is "pr-main", expected pr- and the number/],
    ['a number that no pull request has', 'pr-007', {}, /Stage is "pr-007", expected pr- and the number/],
    ['no client at all', 'dev', { sourceCidrs: '' }, /sourceCidrs is "", expected 1 to 50 of/],
    ['all clients in addition to some', 'dev', { sourceCidrs: '0.0.0.0/0,192.0.2.0/24' }, /which admits all addresses/],
    ['half the internet on port 22', 'dev', { sshCidrs: '128.0.0.0/1' }, /sshCidrs/],
    ['an invalid address', 'dev', { sshCidrs: '300.1.1.1/32' }, /sshCidrs/],
    ['a fraction of an instance', 'dev', { peakRate: '1.5' }, /peakRate is "1.5", expected a whole number/],
    ['one zone', 'dev', { zones: 'a' }, /zones is "a", expected 2 to 3 of/],
    [
      'a zone without subnets',
      'dev',
      { zones: 'a,d' },
      /zones is a,d, expected only zones of networkZones, which is a,b,c/,
    ],
    [
      'a retention period that CloudWatch does not support',
      'dev',
      { logRetentionDays: '15' },
      /logRetentionDays is "15", expected one of 1, 3/,
    ],
    ['production without TLS', 'prod', {}, /Neither certificateArn nor domainName is set.*Use -c certificateArn/s],
    [
      'production that deletes its data',
      'prod',
      { certificateArn: CERTIFICATE, retainData: 'false' },
      /retainData is false in production/,
    ],
    [
      'an instance type that cannot run the image',
      'dev',
      { instanceType: 't3.small' },
      /t3.small, which cannot run an image for arm64/,
    ],
    [
      'a family that cannot run the image',
      'dev',
      { alternativeFamilies: 'c8g,c7i' },
      /alternativeFamilies is c8g,c7i, expected only families that run an image for arm64/,
    ],
    ['an alternative that is a type', 'dev', { alternativeFamilies: 'c8g.medium' }, /expected 0 to 10 of: a family/],
    ['a domain without its zone', 'dev', { domainName: 'a.example.org' }, /hosted zone is "" named ""/],
    [
      'a domain outside its zone',
      'dev',
      { domainName: 'a.example.com', hostedZoneId: 'Z1', hostedZoneName: 'example.org' },
      /named "example.org"/,
    ],
    [
      'a volume key of another region',
      'dev',
      { volumeKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/example' },
      /expected a key in eu-west-1/,
    ],
    ['a burst without a rate limit', 'dev', { rateLimitBurst: '50' }, /rateLimitPerSecond is 0: there is no limit/],
    ['expiry without the archive', 'dev', { retentionDays: '90' }, /archive is false.*Use -c archive=true/],
    [
      'expiry before people can react to a missing export',
      'dev',
      { archive: 'true', retentionDays: '8' },
      /retentionDays is 8, expected 0 or at least 9/,
    ],
    [
      'expiry without TTL',
      'dev',
      { archive: 'true', retentionDays: '90', ttl: 'false' },
      /ttl is false: DynamoDB would delete nothing/,
    ],
    [
      'a canary that the load balancer does not let in',
      'dev',
      { canary: 'true', sourceCidrs: '198.51.100.0/24' },
      /canary is true, but sourceCidrs is 198.51.100.0\/24, which refuses it/,
    ],
    [
      'a canary without a certificate of the clients',
      'dev',
      { canary: 'true', certificateArn: CERTIFICATE, clientAuthorities: 's3://example/clients.pem' },
      /canary is true, but clientAuthorities is set/,
    ],
    [
      'a Slack workspace without a channel',
      'dev',
      { slackWorkspaceId: 'T01EXAMPLE' },
      /slackWorkspaceId is "T01EXAMPLE" and the channels are "", expected both/,
    ],
    [
      'a Slack channel without its workspace',
      'dev',
      { slackPageChannelId: 'C01EXAMPLE' },
      /slackWorkspaceId is "" and the channels are "C01EXAMPLE", expected both/,
    ],
    [
      'one Slack channel for pages and tickets',
      'dev',
      { slackWorkspaceId: 'T01EXAMPLE', slackPageChannelId: 'C01EXAMPLE', slackTicketChannelId: 'C01EXAMPLE' },
      /are C01EXAMPLE, expected two channels/,
    ],
    [
      'Slack in several regions',
      'dev',
      {
        ...{ domainName: 'a.example.org', hostedZoneId: 'Z1', hostedZoneName: 'example.org' },
        ...{ regions: 'eu-west-1,eu-central-1', slackWorkspaceId: 'T01EXAMPLE', slackPageChannelId: 'C01EXAMPLE' },
      },
      /each region would need one/,
    ],
    ['a role for branches without a repository', 'dev', { branchEnvironments: 'true' }, /githubRepository is ""/],
    [
      'a role for branches in production',
      'prod',
      { certificateArn: CERTIFICATE, branchEnvironments: 'true', githubRepository: 'example/stampede' },
      /expected a repository, and a stage that is neither production nor the environment of a branch/,
    ],
    ['a peak below the sustained rate', 'dev', { peakRate: '100' }, /peakRate is 100, expected at least/],
    [
      'fewer capacity units than can be reserved',
      'dev',
      { minimumLoadBalancerCapacity: '50' },
      /minimumLoadBalancerCapacity is 50, expected 0 or at least 100/,
    ],
    [
      'a schedule above the maximum',
      'dev',
      { schedule: 'Noon=0 12 * * *=50' },
      /Schedule Noon sets the minimum to 50, expected 2 to 3/,
    ],
    ['an unsupported cron expression', 'dev', { schedule: 'Noon=0 12 ? * * *=3' }, /schedule is/],
    [
      'steps in another format',
      'dev',
      { scaleOut: '60=1' },
      /scaleOut is "60=1", expected CPU percent:instances, .*60:1/,
    ],
    ['a step of 0 instances', 'dev', { scaleIn: '40:0' }, /scaleIn is "40:0", expected CPU percent:instances/],
    ['steps in the wrong order', 'dev', { scaleOut: '75:2/60:4' }, /scaleOut has 4 at 60 % after 2 at 75 %/],
    [
      'scale-in steps that cause a scale-out',
      'dev',
      { scaleIn: '55:1' },
      /below 55 % takes 3 instances to 2, up to 83 % CPU/,
    ],
    ['an invalid stage name', 'My_Stage', {}, /Stage is "My_Stage", expected 2 to 12/],
  ];
  for (const [what, stage, overrides, message] of refused) {
    it(`refuse ${what}`, () => assert.throws(() => read(stage, overrides), message));
  }
});
