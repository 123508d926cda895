import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { GAME_DAY, gameDayRecord, type Outcome, runGameDay } from '../../../../scripts/drills/aws/game-day.ts';
import type { JudgedRun } from '../../../../scripts/drills/core/report/report.ts';
import { drillsOn } from '../../../../scripts/drills/registry.ts';
import { run } from '../core/run-example.ts';

const TEMPLATE = readFileSync('docs/incidents/template.md', 'utf8');

function judged(drill: string, passed: boolean): JudgedRun {
  const check = { check: 'requests are answered', passed, measured: '3 of 100 failed', expected: 'at most 1 %' };
  const verdict = { passed, checks: [check], detectedAfterS: 12, recoveredAfterS: undefined };
  return { run: { ...run, drill, durability: { acknowledged: 100, stored: 100 } }, verdict };
}

/** Runs a day on which these drills fail. */
async function day(failing: readonly string[], recover = async () => {}) {
  const kept: number[] = [];
  const ran: string[] = [];
  const outcomes = await runGameDay({
    drills: ['steady', 'kill-instance', 'lose-az'],
    recover,
    run: async (drill) => {
      ran.push(drill);
      return judged(drill, !failing.includes(drill));
    },
    keep: async (all) => {
      kept.push(all.length);
    },
  });
  return { outcomes, kept, ran };
}

describe('a game day', () => {
  it('has every drill on AWS but the restore, which may take hours, and outages last', () => {
    const names = drillsOn('aws').map(({ name }) => name);
    assert.deepEqual([...GAME_DAY, 'restore'].toSorted(), names.toSorted());
    const outages = drillsOn('aws').filter(({ isOutage }) => isOutage);
    assert.deepEqual(
      outages.map(({ name }) => name),
      GAME_DAY.slice(-outages.length),
    );
  });

  it('runs its drills one after the other, and keeps the outcomes after each', async () => {
    const { ran, kept } = await day([]);
    assert.deepEqual(ran, ['steady', 'kill-instance', 'lose-az']);
    assert.deepEqual(kept, [1, 2, 3]);
  });

  it('ends after a drill that fails', async () => {
    assert.deepEqual((await day(['kill-instance'])).ran, ['steady', 'kill-instance']);
  });

  it('ends if the stage does not recover, and says why', async () => {
    let looks = 0;
    const { ran, outcomes } = await day([], async () => {
      if (++looks === 2) throw new Error('waited 1800 s for the stage dev to be healthy');
    });
    assert.deepEqual(ran, ['steady']);
    assert.deepEqual(outcomes.at(-1)?.result, { error: 'waited 1800 s for the stage dev to be healthy' });
  });
});

describe('the record of a game day', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 27, 12, minute));
  const outcomes: Outcome[] = [
    { drill: 'steady', startedAt: at(0), endedAt: at(6), result: judged('steady', true) },
    { drill: 'kill-instance', startedAt: at(7), endedAt: at(12), result: judged('kill-instance', false) },
  ];
  const planned = ['steady', 'kill-instance', 'lose-az'];
  const record = gameDayRecord(TEMPLATE, { stage: 'dev', image: 'ami-1', planned, outcomes });

  it('fills in what is known', () => {
    assert.match(record, /^# Game day of dev on 2026-11-27\n\nWritten by `npm run drill -- --game-day`\. /);
    assert.match(record, /\n\| Image \| ami-1 \|\n/);
    assert.match(record, /\n- 2026-11-27T12:07:00\.000Z kill-instance, 5 min: failed\nNot run after that: lose-az\.\n/);
    assert.match(record, /\n- kill-instance: detected after 12 s, recovered not seen\n/);
    assert.match(
      record,
      /\n- NOT as planned, kill-instance: requests are answered: 3 of 100 failed, expected at most 1 %\n/,
    );
    assert.match(record, /\n\| Timestamps lost \| 0 of those that were read back \|\n/);
  });

  it('leaves to people what only they know', () => {
    assert.match(record, /\n## Why it was possible\n\nTo be filled in\./);
    assert.doesNotMatch(record, /\{\{|Copy this file/);
  });

  it('says that nothing is known of a day on which no drill ran', () => {
    const result = { error: 'the stage is not healthy' };
    const empty = [{ drill: 'steady', startedAt: at(0), endedAt: at(30), result }];
    const text = gameDayRecord(TEMPLATE, { stage: 'dev', image: 'ami-1', planned, outcomes: empty });
    assert.match(text, /steady, 30 min: did not run: the stage is not healthy\n/);
    assert.match(text, /\n## How it was detected\n\nTo be filled in\.\n/);
  });
});
