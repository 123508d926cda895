import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GENERATED_SECRET } from '../../server/contract.ts';
import { parseSecretValue } from '../../server/secrets/secret-value.ts';
import { secretArn } from './aws/example-stage.ts';
import { type Answers, startFakeAws } from './aws/fake-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { runEntry } from './run-entry.ts';

const generated = ['r', 'w', 'k'].map((letter) => letter.repeat(GENERATED_SECRET.length / 3)).join('');
const [READ, WRITE] = ['r'.repeat(48), 'w'.repeat(48)];

/** Secrets Manager with the secret of the stage, whose value it keeps. */
function secretsManager(value: object) {
  let current = JSON.stringify(value);
  const refuse = (params: Readonly<Record<string, unknown>>) =>
    params['SecretId'] === secretArn('dev')
      ? undefined
      : { status: 400, body: { __type: 'ResourceNotFoundException', message: "can't find the specified secret" } };
  const answers: Answers = {
    ...stageOnAws(),
    GetSecretValue: ({ params }) => refuse(params) ?? { body: { ARN: secretArn('dev'), SecretString: current } },
    PutSecretValue: ({ params }) => {
      // AWS requires the SDK to send a token that makes a repeated request harmless.
      assert.match(String(params['ClientRequestToken']), /^[\w-]{32,64}$/);
      current = String(params['SecretString']);
      return refuse(params) ?? { body: { ARN: secretArn('dev'), VersionStages: ['AWSCURRENT'] } };
    },
  };
  return {
    /** As the server reads it. */
    secrets: () => parseSecretValue(current),
    run: async (...args: string[]) => {
      await using aws = await startFakeAws(answers);
      return await runEntry('scripts/token.ts', args, { env: aws.env });
    },
  };
}

describe('npm run token -- show', () => {
  it('prints the newest token, and nothing else', async () => {
    const { run } = secretsManager({ generated, writeTokens: ['the-newest-token', 'a-somewhat-older-token'] });
    assert.deepEqual(await run('show', '--read'), { code: 0, stdout: `${READ}\n`, stderr: '' });
    assert.deepEqual(await run('show', '--write'), { code: 0, stdout: 'the-newest-token\n', stderr: '' });
  });
});

describe('npm run token -- rotate', () => {
  it('adds a second token, then removes the first one, and says when every instance knows it', async () => {
    const { run, secrets } = secretsManager({ generated });
    const { idKeys } = secrets();
    const begun = await run('rotate', '--read');
    assert.equal(begun.code, 0, begun.stderr);
    const [newest = '', ...older] = secrets().readTokens;
    assert.match(newest, /^[\w-]{43}$/);
    assert.deepEqual(older, [READ]);

    const at = Date.parse(/before (\S+Z)/.exec(begun.stdout)?.[1] ?? '');
    assert.ok(at > Date.now() + 240_000 && at <= Date.now() + 300_000, begun.stdout);
    assert.ok(!begun.stdout.includes(newest), 'only show prints a token');

    const finished = await run('rotate', '--read', '--finish');
    assert.equal(finished.code, 0, finished.stderr);
    assert.deepEqual(secrets(), { readTokens: [newest], writeTokens: [WRITE], idKeys });
  });

  it('names the home region if it is asked to change the replica of another one', async () => {
    const message = "Operation not permitted on a replica secret. Call must be made in primary secret's region.";
    await using aws = await startFakeAws({
      ...stageOnAws(),
      GetSecretValue: { body: { ARN: secretArn('dev'), SecretString: JSON.stringify({ generated }) } },
      PutSecretValue: { status: 400, body: { __type: 'InvalidParameterException', message } },
    });
    const { code, stderr } = await runEntry('scripts/token.ts', ['rotate', '--read'], { env: aws.env });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^token: cannot write the secret arn:\S+: this region has only a replica of the secret: repeat the command with --region and the home region of the stage /,
    );
  });

  it('keeps a third token out, and does not remove the only one', async () => {
    const { run, secrets } = secretsManager({ generated, readTokens: ['the-newest-token', 'a-somewhat-older-token'] });
    const third = await run('rotate', '--read');
    assert.equal(third.code, 1);
    assert.match(third.stderr, /^token: there are 2 valid read tokens: expected 1 before a rotation; .*--finish\n$/);
    const only = await run('rotate', '--write', '--finish');
    assert.equal(only.code, 1);
    assert.match(only.stderr, /^token: there is one valid write token: there is no rotation to finish\n$/);
    assert.equal(secrets().readTokens.length, 2);
  });

  it('refuses an unknown action, and neither or both of the tokens', async () => {
    const { run } = secretsManager({ generated });
    for (const [args, message] of [
      [['delete', '--read'], /^token: <action> is 'delete': expected show, rotate/],
      [['show', '--read', '--finish'], /^token: <action> is 'show' with --finish/],
      [['show'], /^token: neither --read nor --write is given: expected one/],
      [['show', '--read', '--write'], /^token: both --read and --write are given: expected one/],
    ] as const) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });
});
