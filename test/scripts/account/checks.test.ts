import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Account } from '../../../scripts/account/account.ts';
import { checkAccount } from '../../../scripts/account/checks.ts';
import type { StageNeeds } from '../../../scripts/account/needs.ts';

const fleet = {
  min: 2,
  max: 4,
  isRefreshed: true,
  instanceTypes: ['t4g.small'],
  imageId: 'ami-0123456789abcdef0',
  zones: ['eu-west-1a', 'eu-west-1b'],
};
const bastion = { ...fleet, min: 0, max: 1, isRefreshed: false, imageId: undefined };
const needs: StageNeeds = {
  stage: 'dev',
  region: 'eu-west-1',
  bootstrap: { parameter: '/cdk-bootstrap/hnb659fds/version', version: 6 },
  groups: [bastion, fleet],
  elasticIps: 2,
  recipients: { page: ['email', 'https'], ticket: ['email'] },
};

const small = { name: 't4g.small', vcpus: 2, architectures: ['arm64'] };
const image = {
  id: 'ami-0123456789abcdef0',
  name: 'stampede',
  state: 'available',
  createdAt: new Date(0),
  architecture: 'arm64',
  tags: {},
};
const ready: Account = {
  bootstrapVersion: { value: '28' },
  instanceTypes: { value: [small] },
  offerings: { value: fleet.zones.map((zone) => ({ type: 't4g.small', zone })) },
  vcpuQuota: { value: 64 },
  instances: { value: [] },
  ipQuota: { value: 5 },
  ips: { value: [] },
  images: { value: [image] },
};
const ownTags = { Service: 'stampede', Stage: 'dev' };
const instance = { type: 'm7g.large', cores: 2, threadsPerCore: 1, lifecycle: '', tags: {} };

/** The checks that are not ok, for a ready account with something changed. */
const problems = (account: Partial<Account>, changed: Partial<StageNeeds> = {}) =>
  checkAccount({ ...needs, ...changed }, { ...ready, ...account })
    .filter(({ state }) => state !== 'ok')
    .map(({ state, text }) => `${state}: ${text}`);

describe('the checks of an account', () => {
  it('are ok in an account that has everything', () => {
    assert.deepEqual(problems({}), []);
    assert.deepEqual(
      checkAccount(needs, ready).map(({ text }) => text),
      [
        'cdk bootstrap: version 28, 6 or later is needed',
        'instance type t4g.small: offered in eu-west-1a, eu-west-1b',
        'instance type t4g.small: offered in eu-west-1a, eu-west-1b',
        'image ami-0123456789abcdef0: available, for arm64',
        'vCPUs: 64 of the quota of 64 are free for this stage, a refresh of its largest fleet needs 14',
        'Elastic IPs: 5 of the quota of 5 are free for this stage, it needs 2',
        'pages: sent by email, https',
        'tickets: sent by email',
      ],
    );
  });

  it('find that cdk bootstrap was not run in the region, or is too old', () => {
    const remedy = 'run npx cdk bootstrap aws://<account>/eu-west-1 once';
    assert.deepEqual(problems({ bootstrapVersion: { value: undefined } }), [
      `missing: cdk bootstrap: not done in eu-west-1: ${remedy}`,
    ]);
    assert.deepEqual(problems({ bootstrapVersion: { value: '5' } }), [
      `missing: cdk bootstrap: version 5, 6 or later is needed: ${remedy}`,
    ]);
  });

  it('find that the bootstrap of the stage is missing when it has its own qualifier', () => {
    const bootstrap = { parameter: '/cdk-bootstrap/stampdev/version', version: 6 };
    assert.deepEqual(problems({ bootstrapVersion: { value: undefined } }, { bootstrap }), [
      'missing: cdk bootstrap: not done in eu-west-1: run npx cdk bootstrap --qualifier stampdev ' +
        '--toolkit-stack-name CDKToolkit-stampdev --cloudformation-execution-policies <policy> ' +
        'aws://<account>/eu-west-1 once',
    ]);
  });

  it("find that a new account's 5 vCPUs do not suffice for a refresh of the smallest fleet of dev", () => {
    assert.deepEqual(problems({ vcpuQuota: { value: 5 } }), [
      'missing: vCPUs: 5 of the quota of 5 are free for this stage, a refresh of its smallest fleet needs 6: ' +
        'request a higher quota in the console of Service Quotas (L-1216C47A)',
    ]);
  });

  it('warn when the fleet could not grow to its maximum and be refreshed', () => {
    const [problem] = problems({ vcpuQuota: { value: 13 } });
    assert.match(problem ?? '', /^warning: vCPUs: 13 .* a refresh of its largest fleet needs 14: request/);
  });

  it('count the instances that use the quota, but not those of the stage, of other quotas, or of the spot market', () => {
    const others = [
      { ...instance, tags: ownTags },
      { ...instance, lifecycle: 'spot' },
      { ...instance, type: 'g5.xlarge' },
    ];
    assert.deepEqual(problems({ vcpuQuota: { value: 14 }, instances: { value: others } }), []);
    const [problem] = problems({ vcpuQuota: { value: 14 }, instances: { value: [...others, instance] } });
    assert.match(problem ?? '', /^warning: vCPUs: 12 of the quota of 14 are free/);
  });

  it('count the largest of several instance types', () => {
    const mixed = { ...fleet, instanceTypes: ['t4g.small', 'c7g.xlarge'] };
    const instanceTypes = { value: [small, { ...small, name: 'c7g.xlarge', vcpus: 4 }] };
    const [problem] = problems({ vcpuQuota: { value: 11 }, instanceTypes }, { groups: [mixed] });
    assert.match(problem ?? '', /^missing: vCPUs: .* its smallest fleet needs 12/);
  });

  it('warn that the quota of another family is not checked', () => {
    const mixed = { ...fleet, instanceTypes: ['c7g.large', 'x2gd.large', 'g5g.large'] };
    const types = mixed.instanceTypes.map((name) => ({ ...small, name }));
    assert.deepEqual(problems({ instanceTypes: { value: types } }, { groups: [mixed, mixed] }), [
      'warning: vCPUs of x2gd.large, g5g.large: not checked, because other quotas apply to these families: ' +
        'compare them in the console of Service Quotas',
    ]);
  });

  it('find too few Elastic IPs; those of the stage may be used again', () => {
    const ip = (tags = {}) => ({ id: 'eipalloc-1', tags });
    assert.deepEqual(problems({ ips: { value: [ip(), ip(), ip(), ip(ownTags), ip(ownTags)] } }), []);
    assert.deepEqual(problems({ ips: { value: [ip(), ip(), ip(), ip()] } }), [
      'missing: Elastic IPs: 1 of the quota of 5 are free for this stage, it needs 2: release unused ones, ' +
        'use --set nat=single, or request a higher quota in the console of Service Quotas (L-0263D0A3)',
    ]);
  });

  it('find that the image is not in the region, is not available, or is for another processor', () => {
    assert.match(
      problems({ images: { value: [] } })[0] ?? '',
      /^missing: image \S+: not in eu-west-1 of this account: bake/,
    );
    const pending = { ...image, state: 'pending' };
    assert.match(
      problems({ images: { value: [pending] } })[0] ?? '',
      /^missing: image \S+: pending, expected available/,
    );
    const intel = { ...image, architecture: 'x86_64' };
    assert.match(
      problems({ images: { value: [intel] } })[0] ?? '',
      /^missing: image \S+: for x86_64, which t4g\.small cannot run: bake it for arm64/,
    );
  });

  it('find an instance type that the region does not have, or not in each zone', () => {
    assert.match(
      problems({ instanceTypes: { value: [] } }).join(),
      /missing: instance type t4g\.small: eu-west-1 has no t4g\.small: choose another instanceType/,
    );
    assert.deepEqual(
      problems({ offerings: { value: [{ type: 't4g.small', zone: 'eu-west-1a' }] } }, { groups: [fleet] }),
      ['missing: instance type t4g.small: not offered in eu-west-1b: choose another instanceType or other zones'],
    );
  });

  it('warn that nobody gets pages or tickets, unless the stage is the environment of a branch', () => {
    const recipients = { page: [], ticket: [] };
    assert.deepEqual(problems({}, { recipients }), [
      'warning: pages: nobody gets them: use --set pageEmail=…, pagerSecret=… or slackPageChannelId=…',
      'warning: tickets: nobody gets them or the budget alarm: use --set ticketEmail=… or slackTicketChannelId=…',
    ]);
    assert.deepEqual(problems({}, { recipients, stage: 'pr-7' }), []);
  });

  it('warn about what the credentials may not read', () => {
    assert.deepEqual(problems({ vcpuQuota: { problem: 'cannot read the quota L-1216C47A: AccessDenied' } }), [
      'warning: vCPUs: not checked: cannot read the quota L-1216C47A: AccessDenied',
    ]);
  });
});
