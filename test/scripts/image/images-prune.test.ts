import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Answers, queryError, startFakeAws } from '../aws/fake-aws.ts';
import { runEntry } from '../run-entry.ts';
import { imagesOnAws } from './images-on-aws.ts';

const COMMIT = 'c'.repeat(40);
const ACCOUNT = imagesOnAws({
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

async function prune(answers: Answers, ...args: string[]) {
  await using aws = await startFakeAws(answers);
  const finished = await runEntry('scripts/images-prune.ts', args, { env: aws.env });
  const said = (operation: string) => aws.requests.filter((request) => request.operation === operation);
  return { ...finished, deleted: said('DeregisterImage'), deletedParameters: said('DeleteParameter') };
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
    assert.match(stdout, /^1 of 5 would be deleted/m);
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
    'GetParametersByPath',
  ]) {
    it(`deletes nothing when ${operation} fails`, async () => {
      const failing = { ...ACCOUNT, [operation]: queryError(400, 'UnauthorizedOperation', 'no') };
      const { code, deleted } = await prune(failing, '--newest', '0', '--delete');
      assert.equal(code, 1);
      assert.deepEqual(deleted, []);
    });
  }

  it('deletes nothing when nothing is in use', async () => {
    const idle = imagesOnAws({ images: [{ id: 'ami-00000001', createdAt: '2020-01-01T00:00:00.000Z' }] });
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
