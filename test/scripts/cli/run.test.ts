import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { OperatorError } from '../../../scripts/cli/errors.ts';
import {
  type CommandLine,
  capture,
  captureQuietly,
  commandText,
  run,
  runLogged,
  runWithoutNoise,
  startBackground,
} from '../../../scripts/cli/run.ts';
import { waitQuietly } from '../../../scripts/cli/wait.ts';

const node = (code: string): CommandLine => [process.execPath, '-e', code];

describe('commandText', () => {
  it('quotes only what a shell would split or expand', () => {
    const line: CommandLine = ['ssh', '-o', 'ProxyCommand=aws ssm %h', 'admin@i-1', "it's"];
    assert.equal(commandText(line), "ssh -o 'ProxyCommand=aws ssm %h' admin@i-1 'it'\\''s'");
  });
});

describe('run', () => {
  it('prints the command line first', async (t) => {
    const printed = t.mock.method(console, 'error', () => {});
    const line = node('process.exit(0)');
    await run(line);
    assert.deepEqual(printed.mock.calls[0]?.arguments, [`$ ${commandText(line)}`]);
  });

  it('rejects with exit code and command line', async (t) => {
    t.mock.method(console, 'error', () => {});
    await assert.rejects(run(node('process.exit(7)')), /exited with 7; .* Command: .*process\.exit\(7\)/);
  });

  it('says when a signal ended the program', async (t) => {
    t.mock.method(console, 'error', () => {});
    await assert.rejects(run(node('process.kill(process.pid, "SIGTERM")')), /was ended by SIGTERM/);
  });

  it('says what is missing when the program is not installed', async (t) => {
    t.mock.method(console, 'error', () => {});
    await assert.rejects(run(['no-such-program']), (error) => {
      assert.ok(error instanceof OperatorError);
      assert.match(error.message, /no-such-program cannot be started .*ENOENT.*is it installed/);
      return true;
    });
  });

  it('starts nothing in a dry run', async (t) => {
    const printed = t.mock.method(console, 'error', () => {});
    await run(['no-such-program', 'now'], { dryRun: true });
    assert.deepEqual(printed.mock.calls[0]?.arguments, ['$ no-such-program now']);
  });
});

describe('capture', () => {
  it('returns standard output and passes the added environment', async (t) => {
    t.mock.method(console, 'error', () => {});
    assert.equal(await capture(node('process.stdout.write(process.env.WORD)'), { env: { WORD: 'hello' } }), 'hello');
  });
});

describe('runWithoutNoise', () => {
  const shell = (script: string): CommandLine => ['sh', '-c', script];

  it('prints what the program wrote, without the lines of noise', async (t) => {
    const printed = t.mock.method(console, 'error', () => {});
    await runWithoutNoise(shell('echo a finding; echo 72 flags >&2'), [/^\d+ flags$/]);
    assert.deepEqual(
      printed.mock.calls.slice(1).map((call) => call.arguments),
      [['a finding']],
    );
  });

  it('rejects with the one line that a failing program wrote', async (t) => {
    t.mock.method(console, 'error', () => {});
    const failing = runWithoutNoise(shell('echo no such setting >&2; echo exited >&2; exit 1'), [/^exited$/]);
    await assert.rejects(failing, { name: 'OperatorError', message: 'no such setting' });
  });

  it('prints several lines of a failing program, and rejects with how it ended', async (t) => {
    const printed = t.mock.method(console, 'error', () => {});
    await assert.rejects(runWithoutNoise(shell('echo a; echo b; exit 3'), []), /sh exited with 3; its own message is/);
    assert.deepEqual(
      printed.mock.calls.slice(1).map((call) => call.arguments),
      [['a'], ['b']],
    );
  });

  it('names the deadline', async (t) => {
    t.mock.method(console, 'error', () => {});
    const slow = runWithoutNoise(['sleep', '60'], [], { deadlineMs: 50 });
    await assert.rejects(slow, /sleep 60 did not end within 0.05 s/);
  });
});

describe('captureQuietly', () => {
  it('returns standard output and prints nothing', async (t) => {
    const printed = t.mock.method(console, 'error', () => {});
    assert.equal(await captureQuietly(['echo', 'hello']), 'hello\n');
    assert.equal(printed.mock.callCount(), 0);
  });

  it('rejects with the command line and what the program printed to standard error', async () => {
    const failing = captureQuietly(['sh', '-c', 'echo no such thing >&2; exit 3']);
    await assert.rejects(failing, /^OperatorError: sh -c 'echo .*' failed: no such thing$/);
    await assert.rejects(
      captureQuietly(['sh', '-c', 'exit 3']),
      /^OperatorError: sh -c 'exit 3' failed: exited with 3$/,
    );
  });

  it('stops a program that does not end within the deadline', async () => {
    await assert.rejects(captureQuietly(['sleep', '60'], { deadlineMs: 50 }), /sleep 60 did not end within 0.05 s/);
  });

  it('says what is missing when the program is not installed', async () => {
    await assert.rejects(captureQuietly(['no-such-program']), /no-such-program cannot be started .*is it installed/);
  });
});

describe('with a log file', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stampede-run-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('runs a program with its output in the file, and prints the end of it after a failure', async (t) => {
    const printed = t.mock.method(console, 'error', () => {});
    const log = join(folder, 'long.log');
    await runLogged(node("console.log('one'); console.error('two')"), log);
    assert.equal(await readFile(log, 'utf8'), 'one\ntwo\n');
    await assert.rejects(runLogged(node("console.log('why'); process.exit(4)"), log), /exited with 4; .*long\.log/);
    assert.equal(printed.mock.calls.at(-1)?.arguments[0], 'why');
  });

  it('starts a program in the background and stops it with what it started', async () => {
    const log = join(folder, 'background.log');
    const line: CommandLine = ['sh', '-c', 'sleep 60 & echo "$WORD $!"; wait'];
    const { child, stop } = startBackground(line, { log, env: { WORD: 'hello' } });
    await waitQuietly('its output', async () => (await readFile(log, 'utf8')).endsWith('\n'), 5_000);
    const [word, sleeping] = (await readFile(log, 'utf8')).trim().split(' ');
    assert.equal(word, 'hello');
    await stop();
    assert.equal(child.signalCode, 'SIGKILL');
    const isGone = () =>
      readFile(`/proc/${sleeping}/stat`, 'utf8')
        .then((stat) => / Z /.test(stat))
        .catch(() => true);
    await waitQuietly('the end of what it started', isGone, 5_000);
    await stop();
  });
});
