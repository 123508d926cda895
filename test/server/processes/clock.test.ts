import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseRecordId } from '../../../server/timestamps/id.ts';
import { isRecorded, type Outcome, recordedIds, startLoad } from '../support/load.ts';
import { createDatabaseProcess, ROOT, startServerProcess, temporaryFolder } from '../support/processes.ts';
import { storedIds } from '../support/stored.ts';

const STEPPING_CLOCK = { NODE_OPTIONS: `--import=${join(ROOT, 'test/server/support/stepping-clock.js')}` };
const MINUTE_MICROS = 60e6;

const isRefusal = ({ status, body }: Outcome) => status === 503 && JSON.parse(body).type === '/docs#draining';

describe('after a jump of the system clock', () => {
  it('the process drains and exits, and no timestamp is in the future', async () => {
    const database = await createDatabaseProcess();
    const server = await startServerProcess({ ...database.environment, ...STEPPING_CLOCK });
    const load = startLoad(server.url, 8);
    await load.until(200, isRecorded);
    server.signal('SIGUSR2');
    assert.deepEqual(await server.exited, { code: 0, signal: null });
    const outcomes = await load.stop();
    const others = outcomes.filter((outcome) => !isRecorded(outcome) && outcome.error !== 'ECONNREFUSED');
    assert.ok(others.length > 0 && others.every(isRefusal), 'requests are refused while the process drains');
    assert.deepEqual(
      server.log.map(({ msg }) => msg),
      ['listening', 'system clock jumped', 'draining', 'drained'],
    );
    assert.ok(Math.abs((server.log[1]?.['jumpMs'] as number) - 3_600_000) < 1);
    const stored = await storedIds(database);
    assert.ok(recordedIds(outcomes).every((id) => stored.has(id)));
    const latest = Date.now() * 1_000 + MINUTE_MICROS;
    assert.ok([...stored].every((id) => (parseRecordId(id)?.micros as number) < latest));
  });
});

/** A folder with a `chronyc` that reports an error of 362 µs and an update in this second. */
function folderWithChronyc(): string {
  const folder = temporaryFolder();
  const chronyc = join(folder, 'chronyc');
  const line =
    'A9FEA97B,169.254.169.123,4,$(date +%s).999999999,-0.000012000,0,0,0,0,0,0.000400000,0.000150000,16.2,Normal';
  writeFileSync(chronyc, `#!/bin/sh\necho "${line}"\n`);
  chmodSync(chronyc, 0o755);
  return folder;
}

describe('the error of a timestamp', () => {
  it('is what chrony reports, and is stored with the timestamp', async () => {
    const { environment } = await createDatabaseProcess();
    const PATH = `${folderWithChronyc()}:${process.env['PATH']}`;
    const server = await startServerProcess({ ...environment, PATH });
    const post = async () => {
      const response = await fetch(`${server.url}/app`, { method: 'POST', headers: { accept: 'application/json' } });
      return (await response.json()) as { id: string; errorMicros: number | null };
    };
    let record = await post();
    while (record.errorMicros === null) record = await post();
    assert.ok(record.errorMicros >= 362 && record.errorMicros < 5_000, `${record.errorMicros} µs`);
    const read = await fetch(`${server.url}/app/${record.id}`);
    assert.deepEqual(await read.json(), record);
  });
});
