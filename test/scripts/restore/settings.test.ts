import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OperatorError } from '../../../scripts/cli/errors.ts';
import { lastComparedDay } from '../../../scripts/restore/compare.ts';
import { isDone } from '../../../scripts/restore/configure.ts';
import { restorePrice } from '../../../scripts/restore/price.ts';
import { missingSettings, tableSettingsOf } from '../../../scripts/restore/settings.ts';
import { dataTemplate } from './example.ts';

const { settings, regions } = tableSettingsOf(JSON.stringify(dataTemplate()));

describe('the settings of a restored table', () => {
  it('are those of the table in the template', () => {
    assert.equal(regions, 1);
    assert.deepEqual(settings, {
      recoveryDays: 35,
      timeToLive: 'expires',
      tags: { Stage: 'dev' },
      contributorInsights: true,
      maxReadUnits: 4_000,
      maxWriteUnits: 8_000,
      warmWriteUnits: 6_000,
      deletionProtection: true,
    });
  });

  it('are set in an order that protects what is written first', () => {
    const none = {
      ...{ recoveryDays: 0, timeToLive: undefined, tags: {}, contributorInsights: false, deletionProtection: false },
      ...{ maxReadUnits: undefined, maxWriteUnits: undefined, warmWriteUnits: undefined },
    };
    assert.deepEqual(missingSettings(settings, none), Object.keys(settings));
    assert.deepEqual(missingSettings(settings, settings), []);
    assert.deepEqual(missingSettings(none, settings), []);
  });

  it('do not lower the warm throughput, and leave additional tags alone', () => {
    const actual = { ...settings, warmWriteUnits: 12_000, tags: { Stage: 'dev', Owner: 'people' } };
    assert.deepEqual(missingSettings(settings, actual), []);
  });

  it('are set again later if DynamoDB is not ready for them', async () => {
    const refused = (name: string) =>
      Promise.reject(new OperatorError('refused', { cause: Object.assign(new Error('refused'), { name }) }));
    assert.equal(await isDone(refused('ContinuousBackupsUnavailableException')), false);
    assert.equal(await isDone(refused('ResourceInUseException')), false);
    assert.equal(await isDone(Promise.resolve()), true);
    await assert.rejects(isDone(refused('AccessDeniedException')), /^OperatorError: refused/);
  });

  it('are only known if the data stack has a table', () => {
    assert.throws(() => tableSettingsOf('{"Resources":{}}'), /^OperatorError: the data stack has no table of its own/);
  });
});

describe('the plan of a restore', () => {
  it('compares the days before the day of the restored time', () => {
    assert.equal(lastComparedDay('2026-03-01T00:00:00.000Z'), '2026-02-28');
    assert.equal(lastComparedDay('2026-11-22T23:59:59.000Z'), '2026-11-21');
  });

  it('counts the restored bytes, and reading both tables once', () => {
    const price = restorePrice(100 * 2 ** 30, { restoreGb: 0.15, millionReadUnits: 0.125 });
    assert.equal(price.toFixed(2), (15 + (2 * 100 * 131_072 * 0.125) / 1e6).toFixed(2));
  });
});
