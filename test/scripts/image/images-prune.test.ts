import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Answers, queryError, startFakeAws } from '../aws/fake-aws.ts';
import { runEntry } from '../run-entry.ts';
import { groupOnAws, imagesOnAws } from './images-on-aws.ts';

const COMMIT = 'c'.repeat(40);
const images = imagesOnAws({
  images: [
    { id: 'ami-00000001', createdAt: '2020-01-01T00:00:00.000Z' },
    { id: 'ami-00000002', createdAt: '2020-01-02T00:00:00.000Z' },
    { id: 'ami-00000003', createdAt: '2020-01-03T00:00:00.000Z' },
    { id: 'ami-00000004', createdAt: '2020-01-04T00:00:00.000Z' },
    { id: 'ami-00000005', createdAt: '2020-01-05T00:00:00.000Z' },
  ],
  instances: ['ami-00000001'],
  versions: ['ami-00000002'],
  parameters: {
    '/stampede/ami/current': 'ami-00000003',
    [`/stampede/ami/${COMMIT}`]: 'ami-00000004',
  },
});
const ACCOUNT = { ...images, ...groupOnAws() };

async function prune(answers: Answers, ...args: string[]) {
  await using aws = await startFakeAws(answers);
  const finished = await runEntry('scripts/images-prune.ts', args, { env: aws.env });
  const said = (operation: string) => aws.requests.filter((request) => request.operation === operation);
  const changes = aws.requests
    .filter(({ operation }) => /^(Delete|Deregister)/.test(operation))
    .map(({ params }) => params);
  return { ...finished, changes, deleted: said('DeregisterImage'), deletedParameters: said('DeleteParameter') };
}

describe('npm run images:prune', () => {
  it('lists every image with the reason to keep it, and deletes nothing', async () => {
    const { code, stdout, deleted } = await prune(ACCOUNT, '--newest', '1');
    assert.equal(code, 0);
    assert.match(stdout, /ami-00000005 .* one of the newest 1\n/);
    assert.match(stdout, /ami-00000004 .* unused\n/);
    assert.match(stdout, /ami-00000003 .* used by parameter \/stampede\/ami\/current\n/);
    assert.match(stdout, /ami-00000002 .* used by launch template lt-1 version 1\n/);
    assert.match(stdout, /ami-00000001 .* used by instance i-0\n/);
    assert.match(stdout, /^1 of 5 images and 0 of 1 versions would be deleted/m);
    assert.deepEqual(deleted, []);
  });

  it('deletes the image that nothing uses, its snapshots, and the parameter of its commit', async () => {
    const { code, deleted, deletedParameters } = await prune(ACCOUNT, '--newest', '1', '--delete');
    assert.equal(code, 0);
    assert.deepEqual(
      deleted.map(({ params }) => params),
      [{ ImageId: 'ami-00000004', DeleteAssociatedSnapshots: 'true' }],
    );
    assert.deepEqual(
      deletedParameters.map(({ params }) => params['Name']),
      [`/stampede/ami/${COMMIT}`],
    );
  });

  for (const operation of [
    'DescribeInstances',
    'DescribeLaunchTemplates',
    'DescribeLaunchTemplateVersions',
    'DescribeAutoScalingGroups',
    'GetParametersByPath',
  ]) {
    it(`deletes nothing when ${operation} fails`, async () => {
      const failing = { ...ACCOUNT, [operation]: queryError(400, 'UnauthorizedOperation', 'no') };
      const { code, deleted } = await prune(failing, '--newest', '0', '--delete');
      assert.equal(code, 1);
      assert.deepEqual(deleted, []);
    });
  }

  it('deletes the launch template versions of past deployments first, and then their images', async () => {
    const dated = (n: number) => ({ id: `ami-0000000${n}`, createdAt: `2020-01-0${n}T00:00:00.000Z` });
    const versions = [1, 2, 3, 4].map((n) => dated(n).id);
    const account = { ...imagesOnAws({ images: [1, 2, 3, 4].map(dated), versions }), ...groupOnAws('3') };
    const listed = await prune(account, '--newest', '0');
    assert.match(listed.stdout, /ami-00000002 .* unused\n/);
    assert.match(listed.stdout, /\nlaunch template lt-1 version 2: unused\n1 of 4 images and 1 of 4 versions would be/);
    assert.deepEqual(listed.changes, []);
    const { code, changes } = await prune(account, '--newest', '0', '--delete');
    assert.equal(code, 0);
    assert.deepEqual(changes, [
      { LaunchTemplateId: 'lt-1', 'LaunchTemplateVersion.1': '2' },
      { ImageId: 'ami-00000002', DeleteAssociatedSnapshots: 'true' },
    ]);
  });

  it('deletes nothing when nothing is in use', async () => {
    const idle = {
      ...imagesOnAws({ images: [{ id: 'ami-00000001', createdAt: '2020-01-01T00:00:00.000Z' }] }),
      ...groupOnAws(),
    };
    const { code, stderr, deleted } = await prune(idle, '--newest', '0', '--delete');
    assert.equal(code, 1);
    assert.match(stderr, /uses any image here, so nothing is deleted: check AWS_PROFILE and AWS_REGION/);
    assert.deepEqual(deleted, []);
  });

  it('refuses a value that is not a number', async () => {
    const { code, stderr } = await prune(ACCOUNT, '--days', 'x');
    assert.equal(code, 2);
    assert.match(stderr, /--days is 'x': expected a whole number, 0 or more/);
  });
});
