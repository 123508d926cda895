// Replaces artillery: reads a test script, posts a few requests a second, reports periods on file descriptor 3. As
// `run-fargate` it says that it has started after two seconds, and keeps no ids: the bucket of the test has them.
import { appendFileSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { config } = JSON.parse(readFileSync(process.argv.at(-1), 'utf8'));
const isFargate = process.argv.includes('run-fargate');
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const summaries = { 'http.response_time': { p50: 1, p95: 2, p99: 3 } };

if (isFargate) {
  await sleep(2_000);
  writeSync(3, 'started\n');
}
const endMs = Date.now() + 1_000 * config.phases.reduce((sum, { duration }) => sum + duration, 0);
while (Date.now() < endMs && !stop.signal.aborted) {
  const firstCounterAt = Date.now();
  const response = await fetch(new URL('/app', config.target), { method: 'POST' });
  const { id } = await response.json();
  if (response.status === 201 && !isFargate) appendFileSync(config.variables.acknowledgedFile, `${id}\n`);
  const counters = { 'http.requests': 1, [`http.codes.${response.status}`]: 1 };
  writeSync(3, `${JSON.stringify({ firstCounterAt, lastCounterAt: Date.now(), counters, summaries })}\n`);
  await sleep(250, undefined, { signal: stop.signal }).catch(() => undefined);
}
