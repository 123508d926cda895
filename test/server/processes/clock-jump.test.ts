import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseRecordId } from '../../../server/timestamps/id.ts';
import { isRecorded, type Outcome, recordedIds, startLoad } from '../support/load.ts';
import { createDatabaseProcess, ROOT, startServerProcess } from '../support/processes.ts';
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
