import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ALARM_PRIORITIES } from '../../infra/alarm-priorities.ts';
import { EVERYTHING_ON, synthesize } from '../infra/synthesize.ts';

const text = readFileSync('docs/runbook.md', 'utf8');
const sections = Array.from(text.matchAll(/^### (\S+)$/gm), ([, name = '']) => name);

/** Constructs of alarms with a runbook: logical ids end with the construct, a number for NAT, and a hash. */
const alarms = synthesize('prod', EVERYTHING_ON)
  .all.flatMap(({ Resources }) => Object.entries(Resources))
  .filter(([, { Type }]) => /CloudWatch::(Composite)?Alarm$/.test(Type))
  .filter(([, { Properties }]) => /Runbook: /.test(Properties.AlarmDescription))
  .map(([id]) => id.replace(/\d?[0-9A-F]{8}$/, ''));

/** The section of an alarm; the windows of a burn rate share one. */
const sectionOf = (alarm: string) => {
  const name = alarm.replace(/(?<=Burn)(Long|Short)$/, '');
  return sections.find((section) => name.endsWith(section));
};

describe('docs/runbook.md', () => {
  it('has a section for each alarm with a runbook', () => {
    assert.ok(alarms.length > 20);
    assert.deepEqual(
      alarms.filter((alarm) => sectionOf(alarm) === undefined),
      [],
    );
  });

  it('has no section for an alarm that does not exist', () => {
    const used = new Set(alarms.map(sectionOf));
    assert.deepEqual(
      sections.filter((section) => !used.has(section)),
      [],
    );
  });

  it('has no duplicate sections', () => {
    assert.deepEqual(sections, [...new Set(sections)]);
  });

  it('shows the priority of each alarm that notifies, with its reason', () => {
    const expected = Object.entries(ALARM_PRIORITIES)
      .filter(([, { priority }]) => priority !== 'none')
      .map(([name, { priority, reason }]) => `| \`${name}\` | ${priority} | ${reason} |`);
    assert.deepEqual(text.match(/^\| `.* \| (page|ticket) \| .*$/gm), expected);
  });
});
