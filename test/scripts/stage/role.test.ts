import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, beforeEach, describe, it } from 'node:test';
import { useRole } from '../../../scripts/stage/role.ts';
import { type Answers, startFakeAws } from '../aws/fake-aws.ts';
import { stageOnAws } from '../aws/stage-on-aws.ts';
import { queryAnswer } from '../aws/xml.ts';
import { fakePrograms } from '../fake-programs.ts';
import { runEntry } from '../run-entry.ts';

const ROLE = 'arn:aws:iam::111122223333:role/Operators';
const DEVICE = 'arn:aws:iam::111122223333:mfa/ada';

const ASSUMED: Answers = {
  AssumeRole: queryAnswer('AssumeRole', {
    Credentials: {
      AccessKeyId: 'ASIATEMPORARY',
      SecretAccessKey: 'secret of an hour',
      SessionToken: 'token of an hour',
      Expiration: '2026-11-26T13:00:00.000Z',
    },
  }),
};

function terminal({ isTTY = true } = {}) {
  return { input: Object.assign(new PassThrough(), { isTTY }), output: new PassThrough() };
}

describe('--role', () => {
  const saved = { ...process.env };
  before((context) => {
    if ('mock' in context) context.mock.method(console, 'error', () => {});
  });
  beforeEach(() => {
    process.env = { ...saved, AWS_EC2_METADATA_DISABLED: 'true' };
  });
  after(() => {
    process.env = saved;
  });

  it('gives its credentials to this process and to the programs that it starts', async () => {
    await using aws = await startFakeAws(ASSUMED);
    Object.assign(process.env, aws.env);
    await useRole({ role: ROLE });
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION } = process.env;
    assert.deepEqual(
      [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION],
      ['ASIATEMPORARY', 'secret of an hour', 'token of an hour', 'eu-west-1'],
    );
    const [{ params = {} } = {}] = aws.requests;
    assert.equal(params['RoleArn'], ROLE);
    assert.match(String(params['RoleSessionName']), /^stampede-[\w+=,.@-]+$/);
    assert.equal(params['SerialNumber'], undefined);
  });

  it('replaces the profile, and keeps its region', async () => {
    await using aws = await startFakeAws(ASSUMED);
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stampede-profile-'));
    const config = join(folder.path, 'config');
    const keys = 'aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = example\n';
    await writeFile(config, `[profile people]\nregion = eu-central-1\n${keys}`);
    const { AWS_ENDPOINT_URL } = aws.env;
    Object.assign(process.env, { AWS_ENDPOINT_URL, AWS_PROFILE: 'people', AWS_CONFIG_FILE: config });
    for (const name of ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
    await useRole({ role: ROLE });
    const { AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_REGION } = process.env;
    assert.deepEqual([AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_REGION], ['ASIATEMPORARY', undefined, 'eu-central-1']);
  });

  it('is not needed to choose the region of the stage', async () => {
    process.env['AWS_REGION'] = 'eu-west-1';
    await useRole({ region: 'eu-central-1' });
    assert.equal(process.env['AWS_REGION'], 'eu-central-1');
  });

  it('asks for the code of an MFA device', async () => {
    await using aws = await startFakeAws(ASSUMED);
    Object.assign(process.env, aws.env);
    const { input, output } = terminal();
    const using = useRole({ role: ROLE, mfa: DEVICE }, { input, output });
    input.write('123456\n');
    await using;
    assert.ok(String(output.read()).startsWith(`Code of ${DEVICE}: `));
    const [{ params = {} } = {}] = aws.requests;
    assert.deepEqual([params['SerialNumber'], params['TokenCode']], [DEVICE, '123456']);
  });

  it('refuses what is no code, a device without a terminal, and a device without a role', async () => {
    const { input, output } = terminal();
    const using = useRole({ role: ROLE, mfa: DEVICE }, { input, output });
    input.write('12345\n');
    await assert.rejects(using, /the MFA code is '12345': expected six digits/);
    await assert.rejects(
      useRole({ role: ROLE, mfa: DEVICE }, terminal({ isTTY: false })),
      /there is no terminal to ask on: a pipeline needs a role that requires no MFA/,
    );
    await assert.rejects(useRole({ mfa: DEVICE }), /--mfa is 'arn:\S+': expected it with --role only/);
  });

  it('says what AWS answers when the role may not be assumed', async () => {
    await using aws = await startFakeAws(stageOnAws());
    const { code, stderr } = await runEntry('scripts/status.ts', ['--role', ROLE], { env: aws.env });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^status: cannot assume the role arn:\S+: the credentials may not do this: use a role that may/,
    );
  });

  for (const [command, ...args] of [['probe'], ['token', 'show', '--read'], ['zone', 'list']] as const) {
    it(`is an option of ${command}, whose calls need the rights of the role`, async () => {
      await using aws = await startFakeAws(stageOnAws());
      const { code, stderr } = await runEntry(`scripts/${command}.ts`, [...args, '--role', ROLE], { env: aws.env });
      assert.equal(code, 1);
      assert.ok(stderr.startsWith(`${command}: cannot assume the role ${ROLE}: `), stderr);
    });
  }

  it('refuses what is no ARN of a role', async () => {
    const { code, stderr } = await runEntry('scripts/status.ts', ['--role', 'Operators']);
    assert.equal(code, 2);
    assert.match(stderr, /^status: --role is 'Operators': expected the ARN of a role/);
  });

  it('reaches the AWS CLI', async () => {
    await using programs = await fakePrograms({
      aws: '[ "$1" = --version ] && echo aws-cli/2.0.0 || echo "key: $AWS_ACCESS_KEY_ID"',
    });
    await using aws = await startFakeAws(ASSUMED);
    const env = { ...aws.env, PATH: `${programs.folder}:${process.env['PATH']}` };
    const { stdout, stderr } = await runEntry('scripts/logs.ts', ['--role', ROLE], { env });
    assert.equal(stdout, 'key: ASIATEMPORARY\n', stderr);
  });
});
