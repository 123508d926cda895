import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { it } from 'node:test';
import { startDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const database = await startDatabase();
const { url, log, arrived } = await startService(database, { ACCESS_LOG: 'on', TRUSTED_PROXIES: '1' });
const lines = () => log.filter(({ msg }) => msg === 'request').map(({ client, aborted }) => ({ client, aborted }));

it('the access log names the client of a request that was aborted', async () => {
  const release = database.hold();
  const proxy = connect(Number(new URL(url).port), '127.0.0.1');
  await once(proxy, 'connect');
  const arrival = arrived(1);
  proxy.write('POST /app HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n');
  await arrival;
  proxy.destroy();
  await until('the request is logged', () => lines().length > 0);
  release();
  assert.deepEqual(lines(), [{ client: '127.0.0.1', aborted: true }]);
  // The aborted request is recorded as well, before the database closes.
  await fetch(`${url}/app`, { method: 'POST' });
});
