import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FakeExports } from './fake-exports.ts';

const CREATED = '2026-11-10T09:30:00.000Z';

describe('the state machine of the daily export', () => {
  it('begins with everything, up to the last midnight', async () => {
    const fake = new FakeExports(CREATED);
    assert.deepEqual(await fake.runAt('2026-11-21T01:00:00Z'), [
      ['exports/day=2026-11-20', '2026-11-21T00:00:00.000Z'],
    ]);
  });

  it('then exports the changes of each day, into a partition of its own', async () => {
    const fake = new FakeExports(CREATED);
    await fake.runAt('2026-11-21T01:00:00Z');
    assert.deepEqual(await fake.runAt('2026-11-22T01:00:00Z'), [
      ['exports/day=2026-11-21', '2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
    ]);
    assert.deepEqual(
      fake.requests.map(({ IncrementalExportSpecification: window }) => window?.ExportViewType),
      [undefined, 'NEW_IMAGE'],
    );
  });

  it('exports nothing twice', async () => {
    const fake = new FakeExports(CREATED);
    await fake.runAt('2026-11-21T01:00:00Z');
    assert.deepEqual(await fake.runAt('2026-11-21T12:00:00Z'), []);
  });

  it('exports all days that were missed', async () => {
    const fake = new FakeExports(CREATED);
    await fake.runAt('2026-11-21T01:00:00Z');
    const days = (await fake.runAt('2026-11-24T01:00:00Z')).map(([prefix]) => prefix.slice(-2));
    assert.deepEqual(days, ['21', '22', '23']);
  });

  it('fails if an export fails, and exports the same day in the next run', async () => {
    const fake = new FakeExports(CREATED);
    await fake.runAt('2026-11-21T01:00:00Z');
    fake.failing = 1;
    await assert.rejects(fake.runAt('2026-11-22T01:00:00Z'), /S3AccessDenied: arn:export\/1: access denied/);
    assert.deepEqual(await fake.runAt('2026-11-22T01:30:00Z'), [
      ['exports/day=2026-11-21', '2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
    ]);
  });

  it('starts an export once, if the answer to its request was lost', async () => {
    const fake = new FakeExports(CREATED);
    fake.lost = 2;
    assert.equal((await fake.runAt('2026-11-21T01:00:00Z')).length, 1);
    assert.equal(fake.requests.length, 1);
  });

  it('exports a table of the same day up to now, and in windows of a permitted length after that', async () => {
    const fake = new FakeExports('2026-11-21T23:20:00Z');
    assert.deepEqual(await fake.runAt('2026-11-21T23:55:00Z'), [
      ['exports/day=2026-11-21', '2026-11-21T23:50:00.000Z'],
    ]);
    assert.deepEqual(await fake.runAt('2026-11-23T01:00:00Z'), [
      ['exports/day=2026-11-21', '2026-11-21T23:50:00.000Z', '2026-11-22T11:50:00.000Z'],
      ['exports/day=2026-11-22', '2026-11-22T11:50:00.000Z', '2026-11-23T00:00:00.000Z'],
    ]);
  });

  it('begins again with everything if point-in-time recovery does not reach back to the last export', async () => {
    const fake = new FakeExports(CREATED);
    await fake.runAt('2026-11-21T01:00:00Z');
    assert.deepEqual(await fake.runAt('2027-01-10T01:00:00Z'), [
      ['exports/day=2027-01-09', '2027-01-10T00:00:00.000Z'],
    ]);
  });

  it('begins again with everything after the table was replaced by a restored one', async () => {
    const fake = new FakeExports(CREATED);
    await fake.runAt('2026-11-21T01:00:00Z');
    fake.restoreTo('Restored', '2026-11-21T15:00:00Z');
    assert.deepEqual(await fake.runAt('2026-11-22T01:00:00Z'), [
      ['exports/day=2026-11-21', '2026-11-22T00:00:00.000Z'],
    ]);
  });
});
