import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { startApp } from '../server/support/app.ts';
import { secretArn } from './aws/example-stage.ts';
import { type Answers, startFakeAws } from './aws/fake-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { runEntry } from './run-entry.ts';

const ENTRY = 'scripts/probe.ts';
const STAGE = ['--url', 'http://lb.example', '--bastion', '203.0.113.9', '--instance', '10.20.16.11'];

/** A program that connects to some endpoints: it stands for a session on another machine. */
async function throughProgram(t: TestContext, ...open: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-probe-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'session');
  await writeFile(file, `#!/bin/sh\nprintf '%s\\n' ${open.map((to) => `'open ${to}'`).join(' ')} tried\n`);
  await chmod(file, 0o755);
  return ['--through', file];
}

describe('npm run probe', () => {
  it('succeeds if the ports are as they must be, and says what it tried', async (t) => {
    const through = await throughProgram(t, '10.20.16.11/22');
    const { code, stdout, stderr } = await runEntry(ENTRY, [...STAGE, '--from', 'bastion', ...through]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /as expected +port 22 of the app from the bastion +connected\n/);
    assert.match(stdout, /\n4 tried from the bastion, 0 different\n/);
  });

  it('fails and names each difference', async (t) => {
    const through = await throughProgram(t, '10.20.16.11/22', '10.20.16.11/8080');
    const { code, stdout } = await runEntry(ENTRY, [...STAGE, '--from', 'bastion', ...through]);
    assert.equal(code, 1);
    assert.match(stdout, /DIFFERENT +port 8080 of the app from the bastion +connected, expected refused\n/);
    assert.match(stdout, /4 tried from the bastion, 1 different/);
  });

  it('says which target it cannot try', async (t) => {
    const through = await throughProgram(t);
    const { stdout } = await runEntry(ENTRY, ['--url', 'http://lb.example', '--from', 'instance', ...through]);
    assert.match(stdout, /Not tried: the bastion, because no address is known\n/);
    assert.match(stdout, /\n2 tried from the instance, 0 different\n/);
  });

  describe('of a stage that is not named prod', () => {
    const generated = 'r'.repeat(48) + 'w'.repeat(48) + 'k'.repeat(48);
    const probe = async (args: readonly string[]) => {
      const { port } = (await startApp([])).address() as AddressInfo;
      const answers: Answers = {
        ...stageOnAws({ url: `http://127.0.0.1:${port}`, instances: [] }),
        GetSecretValue: { body: { ARN: secretArn('dev'), SecretString: JSON.stringify({ generated }) } },
      };
      await using aws = await startFakeAws(answers);
      return await runEntry(ENTRY, args, { env: aws.env });
    };

    it("checks that reading needs a token, with the token of the stage's secret", async () => {
      const { code, stdout, stderr } = await probe([]);
      assert.equal(stderr, 'Trying the ports from the internet, 3 s for a closed one ...\nChecking the answers ...\n');
      assert.equal(code, 1);
      for (const what of ['the list', 'a record', 'the list of users'])
        assert.match(stdout, new RegExp(`DIFFERENT +${what} without a token`));
      assert.match(stdout, /as expected +the list with the token +200\n/);
    });

    it('checks neither answers nor TLS if only ports are to be tried', async () => {
      const { stdout } = await probe(['--ports']);
      assert.doesNotMatch(stdout, /token|header/);
    });
  });

  it('needs the token of another server in the environment', async () => {
    const { port } = (await startApp([])).address() as AddressInfo;
    const { code, stderr } = await runEntry(ENTRY, ['--url', `http://127.0.0.1:${port}`]);
    assert.equal(code, 1);
    assert.match(stderr, /set READ_TOKEN, or pass --reading anyone if http:\/\/\S+ needs no token/);
  });
});
