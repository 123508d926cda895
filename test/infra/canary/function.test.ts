import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { describe, it } from 'node:test';
import { runCanary } from '../../../infra/canary/function/index.mjs';
import { GENERATED_SECRET } from '../../../server/contract.ts';
import { startDatabase } from '../../server/support/database.ts';
import { startSecretsManager } from '../../server/support/fake-secrets-manager.ts';
import { listenDuringTests } from '../../server/support/listen.ts';
import { startService } from '../../server/support/service.ts';

const CANARY_SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:canary-AbCdEf';
const TOKEN = 'canary'.repeat(8);

const stageSecret = { value: JSON.stringify({ generated: 'g'.repeat(GENERATED_SECRET.length) }) };
const secretsManager = await startSecretsManager(stageSecret, undefined, { [CANARY_SECRET]: TOKEN });
Object.assign(process.env, {
  AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'example',
  AWS_SECRET_ACCESS_KEY: 'example',
  METRIC_NAMESPACE: 'Stampede/Canary',
  STAGE: 'test',
  SECRET_ID: CANARY_SECRET,
});
const service = await startService(await startDatabase(), {
  SECRET_ID: secretsManager.secretId,
  CANARY_SECRET_ID: CANARY_SECRET,
  REQUIRE_READ_TOKEN: 'on',
  REQUIRE_WRITE_TOKEN: 'on',
  TRUSTED_PROXIES: '0',
});

/** One run of the canary against a URL, and the line that it writes. */
async function runAt(url: string) {
  process.env['URL'] = url;
  const lines: string[] = [];
  const run = await runCanary((line) => lines.push(line));
  assert.equal(lines.length, 1);
  return { run, line: JSON.parse(lines.join('')) };
}

/** A server that answers like nothing that the canary expects. */
const brokenService = (listener: RequestListener) => listenDuringTests(createServer(listener));

describe('the canary', () => {
  it('posts to a stage that requires tokens and reads its record back, with a token of its own', async () => {
    const { run } = await runAt(service.url);
    assert.equal(run.reason, undefined);
    assert.equal(run.Success, 100);
    const stored = await fetch(`${service.url}/app/${run.id}`, { headers: { authorization: `Bearer ${TOKEN}` } });
    assert.equal(stored.status, 200);
  });

  it('writes one data point for CloudWatch in each run', async () => {
    const { run, line } = await runAt(service.url);
    const [{ Namespace, Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
    assert.deepEqual([Namespace, Dimensions], ['Stampede/Canary', [['Stage']]]);
    assert.deepEqual(Metrics, [
      { Name: 'Success', Unit: 'Percent' },
      { Name: 'PostTime', Unit: 'Milliseconds' },
    ]);
    assert.deepEqual([line.Stage, line.Success, line.PostTime], ['test', 100, run.PostTime]);
    assert.ok(Math.abs(line._aws.Timestamp - Date.now()) < 60_000);
  });

  it('names itself, and repeats nothing: each run has an idempotency key of its own', async () => {
    const requests: (readonly [string | undefined, string | undefined, unknown])[] = [];
    const url = await brokenService(({ method, headers }, response) => {
      requests.push([method, headers['user-agent'], headers['idempotency-key']]);
      response.writeHead(503).end('{"code":"unavailable"}');
    });
    await runAt(url);
    await runAt(url);
    assert.deepEqual(
      requests.map(([method, agent]) => [method, agent]),
      Array(2).fill(['POST', 'stampede-canary/test']),
    );
    for (const [, , key] of requests) assert.match(String(key), /^"canary-[0-9a-f-]{36}"$/);
    assert.notEqual(requests[0]?.[2], requests[1]?.[2]);
  });

  it('fails with the reason if a request is refused', async () => {
    const url = await brokenService((_, response) => response.writeHead(503).end('{"code":"unavailable"}'));
    const { run, line } = await runAt(url);
    assert.equal(run.reason, 'POST /app: expected 201, got 503: {"code":"unavailable"}');
    assert.deepEqual([line.Success, typeof line.PostTime], [0, 'number']);
  });

  it('fails if nothing answers', async () => {
    const url = await brokenService(({ socket }) => socket.destroy());
    assert.match((await runAt(url)).run.reason ?? '', /^POST \/app: no answer: (socket hang up|read ECONNRESET)/);
  });

  it('fails if what it reads is not what was recorded', async () => {
    const url = await brokenService(({ method }, response) => {
      const timestamp = method === 'POST' ? '2026-11-27T03:00:00.000001Z' : '2026-11-27T03:00:00.000002Z';
      response.writeHead(method === 'POST' ? 201 : 200).end(JSON.stringify({ id: 'a', timestamp }));
    });
    assert.equal(
      (await runAt(url)).run.reason,
      'GET /app/a: expected the timestamp 2026-11-27T03:00:00.000001Z, got 2026-11-27T03:00:00.000002Z',
    );
  });

  it('waits for a record that cannot be read yet, or whose read is refused under load', async () => {
    let reads = 0;
    const url = await brokenService(({ method }, response) => {
      const status = method === 'POST' ? 201 : ([404, 503][reads++] ?? 200);
      response.writeHead(status).end(JSON.stringify({ id: 'a', timestamp: '2026-11-27T03:00:00.000001Z' }));
    });
    assert.equal((await runAt(url)).run.Success, 100);
    assert.equal(reads, 3);
  });

  it('fails if its token cannot be read, and reads it again in the next run', async () => {
    // The run before has failed, so the token is not known any more.
    await runAt(await brokenService((_, response) => response.writeHead(401).end()));
    process.env['SECRET_ID'] = `${CANARY_SECRET}-missing`;
    assert.equal((await runAt(service.url)).run.Success, 0);
    process.env['SECRET_ID'] = CANARY_SECRET;
    assert.equal((await runAt(service.url)).run.Success, 100);
  });

  it('asks for its token again if Secrets Manager does not answer', { timeout: 30_000 }, async () => {
    await runAt(await brokenService((_, response) => response.writeHead(401).end()));
    secretsManager.ignoresNext();
    assert.equal((await runAt(service.url)).run.Success, 100);
  });
});

describe('the token of the canary', () => {
  const get = (path: string, init: RequestInit = {}) =>
    fetch(`${service.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${TOKEN}`, accept: 'application/json' },
    });

  it('neither lists records nor reads or creates users', async () => {
    const statuses = [await get('/app'), await get('/users'), await get('/users', { method: 'POST' })];
    assert.deepEqual(
      statuses.map(({ status }) => status),
      [401, 401, 401],
    );
  });
});
