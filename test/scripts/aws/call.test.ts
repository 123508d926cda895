import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runEntry } from '../run-entry.ts';
import { type Answers, queryError, startFakeAws } from './fake-aws.ts';
import { stageOnAws } from './stage-on-aws.ts';
import { queryAnswer } from './xml.ts';

async function failureOf(answers: Answers, env: Readonly<Record<string, string | undefined>> = {}): Promise<string> {
  await using aws = await startFakeAws(answers);
  const { code, stdout, stderr } = await runEntry('scripts/status.ts', [], { env: { ...aws.env, ...env } });
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.equal(stderr.split('\n').length, 2, `more than one line: ${stderr}`);
  return stderr;
}

describe('a failure of AWS', () => {
  it('says that a stage is not deployed, and how to deploy it', async () => {
    const missing = () => queryError(400, 'ValidationError', 'Stack with id x does not exist');
    assert.match(
      await failureOf({ DescribeStacks: missing }),
      /^status: stage dev is not deployed: there is no stack stampede-dev-\w+ in .* npm run deploy -- --stage dev/,
    );
  });

  it('says that there are no credentials', async () => {
    const failure = await failureOf(stageOnAws(), { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });
    assert.match(failure, /^status: cannot read the stack stampede-dev-\w+: no AWS credentials were found: log in/);
  });

  it('says that there is no region', async () => {
    assert.match(await failureOf(stageOnAws(), { AWS_REGION: undefined }), /no AWS region is set: set AWS_REGION/);
    assert.match(await failureOf(stageOnAws(), { AWS_REGION: '' }), /no AWS region is set: set AWS_REGION/);
  });

  it('says that the credentials have expired', async () => {
    const expired = queryError(403, 'ExpiredToken', 'The security token included in the request is expired');
    assert.match(
      await failureOf({ DescribeStacks: expired }),
      /may have expired: log in again .*\(ExpiredToken: The sec/,
    );
  });

  it('says which operation the credentials may not do', async () => {
    const { DescribeTargetHealth: _, ...others } = stageOnAws();
    assert.match(
      await failureOf(others),
      /cannot read the health of the targets: the credentials may not do this: .*not authorized to perform: elasticloadbalancing:DescribeTargetHealth/,
    );
  });

  it('says that AWS cannot be reached', async () => {
    const failure = await failureOf(stageOnAws(), { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
    assert.match(failure, /AWS cannot be reached: check network and AWS_REGION \(.*ECONNREFUSED/);
  });

  it('says which output the deployed stack lacks', async () => {
    const answers = stageOnAws();
    const bare = { StackName: 's', StackId: 'arn:s', StackStatus: 'CREATE_COMPLETE' };
    assert.match(
      await failureOf({ ...answers, DescribeStacks: queryAnswer('DescribeStacks', { Stacks: { member: [bare] } }) }),
      /the stack stampede-dev-\w+ \(CREATE_COMPLETE\) has no output \w+: deploy it again/,
    );
  });
});
