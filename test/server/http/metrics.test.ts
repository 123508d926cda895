import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import request from 'supertest';
import { isLoopback, metricsRoute } from '../../../server/http/metrics.ts';
import { createMetrics, type InstanceReport } from '../../../server/metrics/metrics.ts';
import { startApp } from '../support/app.ts';
import { recordBlock } from '../support/measured.ts';

const metrics = createMetrics({ isRestart: true });
metrics.count('timestampsRecorded', 7);
recordBlock(metrics, { latencyMs: 2, timestamps: 3, writeUnits: 1 });
recordBlock(metrics, { latencyMs: 2, timestamps: 4, writeUnits: 2 });
recordBlock(metrics, { latencyMs: 99_000, timestamps: 1, writeUnits: 1 });

const report = async (): Promise<InstanceReport> => ({
  totals: metrics.snapshot(),
  gauges: { memory: 123_456, hostCpu: 12.5, hostIoWait: 0 },
});

const server = await startApp([metricsRoute({ report, onlyLocal: true })]);

const scrape = async () => (await request(server).get('/metrics').expect(200)).text;

/** A line of the format: a comment, or a name with an optional bucket label and a number. */
const LINE =
  /^(# (HELP|TYPE) stampede_[a-z_]+ .+|stampede_[a-z_]+(\{le="(\+Inf|[\d.e-]+)"\})? -?(\d+(\.\d+)?(e[+-]?\d+)?))$/;

describe('GET /metrics', () => {
  it('answers in text format 0.0.4', async () => {
    const { text, headers } = await request(server).get('/metrics').expect(200);
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.ok(text.endsWith('\n'));
    for (const line of text.trimEnd().split('\n')) assert.match(line, LINE);
  });

  it('reports counters, gauges and cumulative histograms in base units', async () => {
    const lines = new Set((await scrape()).split('\n'));
    for (const line of [
      '# TYPE stampede_timestamps_recorded_total counter',
      'stampede_timestamps_recorded_total 7',
      'stampede_timestamps_refused_total 0',
      'stampede_write_units_total 4',
      'stampede_worker_restarts_total 1',
      '# TYPE stampede_memory_bytes gauge',
      'stampede_memory_bytes 123456',
      'stampede_host_cpu_ratio 0.125',
      '# TYPE stampede_timestamps_per_block histogram',
      'stampede_timestamps_per_block_bucket{le="2"} 1',
      'stampede_timestamps_per_block_bucket{le="3"} 2',
      'stampede_timestamps_per_block_bucket{le="4"} 3',
      'stampede_timestamps_per_block_bucket{le="+Inf"} 3',
      'stampede_timestamps_per_block_sum 8',
      'stampede_timestamps_per_block_count 3',
      'stampede_commit_latency_seconds_bucket{le="0.00025"} 0',
      'stampede_commit_latency_seconds_bucket{le="+Inf"} 3',
      'stampede_commit_latency_seconds_sum 99.004',
    ])
      assert.ok(lines.has(line), line);
  });

  it('omits unknown values', async () => {
    assert.doesNotMatch(await scrape(), /clock_error/);
  });

  it('answers 404 to connections from other hosts, regardless of their headers', async () => {
    // A Unix socket has no address, so it does not count as loopback.
    const path = join(tmpdir(), `stampede-metrics-${process.pid}.sock`);
    const app = server.listeners('request')[0] as RequestListener;
    const elsewhere = createServer(app).listen(path);
    after(() => elsewhere.close());
    await once(elsewhere, 'listening');
    const asking = get({ socketPath: path, path: '/metrics', headers: { 'x-forwarded-for': '127.0.0.1' } });
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 404);
    answer.resume();
  });

  it('treats only loopback addresses as this host', () => {
    for (const address of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])
      assert.ok(isLoopback(address), address);
    for (const address of ['10.0.0.1', '::ffff:10.127.0.1', '1.127.0.0', '::2', '2001:db8::1', ''])
      assert.ok(!isLoopback(address), address);
    assert.ok(!isLoopback(undefined));
  });

  it('answers 405 to other methods', async () => {
    await request(server).post('/metrics').expect(405).expect('allow', 'GET, HEAD');
  });
});
