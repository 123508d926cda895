import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ENV, HEALTH_CHECK, METRICS, TIMEOUTS_MS } from '../server/contract.ts';

describe('the contract', () => {
  it('lets the load balancer close idle connections, never the server', () => {
    assert.ok(TIMEOUTS_MS.albIdle < TIMEOUTS_MS.keepAlive);
  });

  it('lets work in flight end before its target is gone', () => {
    assert.ok(TIMEOUTS_MS.request <= TIMEOUTS_MS.deregistrationDelay);
    assert.ok(TIMEOUTS_MS.request <= TIMEOUTS_MS.drain);
  });

  it('lets a process drain before pm2 kills it, and pm2 end before systemd kills that', () => {
    assert.ok(TIMEOUTS_MS.drain < TIMEOUTS_MS.pm2Kill);
    assert.ok(TIMEOUTS_MS.pm2Kill < TIMEOUTS_MS.systemdStop);
  });

  it('has a health check whose answer comes before the next question', () => {
    assert.ok(HEALTH_CHECK.timeoutS < HEALTH_CHECK.intervalS);
  });

  it('names no metric twice', () => {
    const names = Object.values(METRICS).map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });

  it('is imported by all because it imports nothing', () => {
    assert.doesNotMatch(
      readFileSync(new URL('../server/contract.ts', import.meta.url), 'utf8'),
      /^import |\brequire\(/m,
    );
  });

  it('has every variable documented in .env.example', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    const documented = new Set(Array.from(example.matchAll(/^#? ?([A-Za-z_0-9]+)=/gm), ([, name]) => name));
    assert.deepEqual(
      Object.values(ENV).filter((name) => !documented.has(name)),
      [],
    );
  });
});
