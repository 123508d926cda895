import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { output, textOf } from '../system.ts';

const DEADLINE_MS = 20_000;
const JOURNAL_FILE = '/var/log/stampede-journal.log';

/** Files that the CloudWatch agent sends. */
function sentFiles(): string[] {
  const { logs } = JSON.parse(textOf('/opt/stampede/logs/cloudwatch-agent.json'));
  return logs.logs_collected.files.collect_list.map((entry: { file_path: string }) => entry.file_path);
}

/** Waits for a line in the journal's file, because units of this boot may still be starting. */
async function findLine(pattern: RegExp): Promise<string> {
  const endMs = performance.now() + DEADLINE_MS;
  for (;;) {
    const line = pattern.exec(textOf(JOURNAL_FILE))?.[0];
    if (line !== undefined) return line;
    assert.ok(performance.now() < endMs, `${JOURNAL_FILE} has no line that matches ${pattern}`);
    await sleep(200);
  }
}

describe('the logs that are sent to CloudWatch', () => {
  for (const path of sentFiles()) {
    it(`${path} exists`, () => assert.ok(existsSync(path)));
  }

  const writers = {
    'the launch hook': 'complete-launch',
    sshd: 'sshd',
    systemd: 'systemd',
    'the start of the service': 'systemd.*Started .*Stampede, run by pm2',
  };
  for (const [writer, identifier] of Object.entries(writers)) {
    it(`contain the lines of ${writer}`, async () => {
      const line = await findLine(new RegExp(`^\\S+ \\S+ ${identifier}.*$`, 'm'));
      assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:?00 /);
    });
  }

  it('are accepted by logrotate', () => {
    const plan = output('sh', '-c', 'logrotate --debug /etc/logrotate.conf 2>&1');
    assert.match(plan, /considering log \/var\/log\/stampede-journal\.log/);
    assert.doesNotMatch(plan, /^error/m);
  });
});
