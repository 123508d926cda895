import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { APP_INSTANCES } from './aws/example-stage.ts';
import { startFakeAws } from './aws/fake-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { fakePrograms } from './fake-programs.ts';
import { runEntry } from './run-entry.ts';

describe('npm run ssh', () => {
  it('connects to the instance meant, by the first connection that works from here', async () => {
    await using programs = await fakePrograms({ ssh: 0, aws: 0, 'session-manager-plugin': 0 });
    await using aws = await startFakeAws(stageOnAws());
    const { code, stderr } = await runEntry('scripts/ssh.ts', ['1b', '--', 'uptime', '-p'], {
      env: { ...aws.env, PATH: `${programs.folder}:${process.env['PATH']}` },
    });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /then connecting to i-0b2222222222222bb by session-manager\n/);
    const [line] = await programs.started();
    assert.match(
      line ?? '',
      /UserKnownHostsFile=\/nonexistent\/\.ssh\/stampede_known_hosts .* admin@i-0b2222222222222bb -- uptime -p$/,
    );
  });

  it('says which tool is missing', async () => {
    await using programs = await fakePrograms({ ssh: 0, 'ssh-keygen': 0, aws: 0 });
    await using aws = await startFakeAws(stageOnAws());
    const { code, stderr } = await runEntry('scripts/ssh.ts', ['--via', 'session-manager', '1b'], {
      env: { ...aws.env, PATH: programs.folder },
    });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^ssh: session-manager needs session-manager-plugin, which is not on the PATH: install it: https/,
    );
  });

  it('lists the fleet for an unknown and for an ambiguous instance', async () => {
    const [first, second] = APP_INSTANCES;
    assert.ok(first && second);
    const third = { ...second, id: 'i-0d4444444444444dd' };
    await using aws = await startFakeAws(stageOnAws({ instances: [first, second, third] }));
    const unknown = await runEntry('scripts/ssh.ts', ['nobody'], { env: aws.env });
    assert.deepEqual(
      { ...unknown, stderr: unknown.stderr.slice(0, 45) },
      {
        code: 1,
        stdout: '',
        stderr: "ssh: no instance is 'nobody'. There are: i-0a",
      },
    );
    const ambiguous = await runEntry('scripts/ssh.ts', ['1b'], { env: aws.env });
    assert.equal(ambiguous.code, 1);
    assert.match(ambiguous.stderr, /^ssh: '1b' fits 2 instances: i-0b2222222222222bb .*; i-0d4444444444444dd .*\n$/);
  });

  it('refuses a command line without an instance', async () => {
    const { code, stderr } = await runEntry('scripts/ssh.ts');
    assert.equal(code, 2);
    assert.match(stderr, /^ssh: <instance> is missing: id or an ending of it/);
  });
});
