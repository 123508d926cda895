import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CLIENT_PORTS, LAUNCH_S } from '../ami/contract.ts';
import { HEALTH_CHECK, logGroupNames, stackNames } from '../infra/contract.ts';
import { COMMIT_WINDOW_MS, ENV, LISTEN_BACKLOG, METRICS, PORT, SERVICE_NAME, TIMEOUTS_MS } from '../server/contract.ts';
import { ATTEMPT_TIMEOUT_MS } from '../server/dynamodb/retry.ts';

const textOf = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('the contracts', () => {
  for (const program of ['server', 'infra', 'ami']) {
    it(`import nothing in ${program}/, so that every program can import them`, () => {
      assert.doesNotMatch(textOf(`${program}/contract.ts`), /^import |\brequire\(/m);
    });
  }
});

describe("the server's contract", () => {
  it('makes the load balancer close idle connections, never the server', () => {
    assert.ok(TIMEOUTS_MS.albIdle < TIMEOUTS_MS.keepAlive);
  });

  it('lets requests in flight complete before the target is removed', () => {
    assert.ok(TIMEOUTS_MS.request <= TIMEOUTS_MS.deregistrationDelay);
    assert.ok(TIMEOUTS_MS.request <= TIMEOUTS_MS.drain);
  });

  it('answers before clients and proxies give up, with time for two attempts of a put after the commit window', () => {
    assert.ok(COMMIT_WINDOW_MS.max + 2 * ATTEMPT_TIMEOUT_MS <= TIMEOUTS_MS.answer);
    assert.ok(TIMEOUTS_MS.answer < TIMEOUTS_MS.request);
    assert.ok(TIMEOUTS_MS.answer < TIMEOUTS_MS.drain);
  });

  it('leaves time for two attempts of a spill after the share of the table, and for the table after them', () => {
    const { answer, tableShare } = TIMEOUTS_MS;
    assert.ok(COMMIT_WINDOW_MS.max + 2 * tableShare + 2 * ATTEMPT_TIMEOUT_MS <= answer);
  });

  it('lets a process drain before pm2 kills it, and pm2 exit before systemd kills it', () => {
    assert.ok(TIMEOUTS_MS.drain < TIMEOUTS_MS.pm2Kill);
    assert.ok(TIMEOUTS_MS.pm2Kill < TIMEOUTS_MS.systemdStop);
  });

  it('has no duplicate metric names', () => {
    const names = Object.values(METRICS).map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });

  it('has only variables that .env.example documents', () => {
    const example = textOf('.env.example');
    const documented = new Set(Array.from(example.matchAll(/^#? ?([A-Za-z_0-9]+)=/gm), ([, name]) => name));
    assert.deepEqual(
      Object.values(ENV).filter((name) => !documented.has(name)),
      [],
    );
  });
});

describe("the stack's contract", () => {
  it('has a health check that times out before the next one', () => {
    assert.ok(HEALTH_CHECK.timeoutS < HEALTH_CHECK.intervalS);
  });

  it('names stacks and log groups after the service and the stage', () => {
    for (const name of Object.values(stackNames('dev'))) assert.ok(name.startsWith(`${SERVICE_NAME}-dev-`), name);
    for (const name of Object.values(logGroupNames('dev'))) assert.ok(name.startsWith(`/${SERVICE_NAME}/dev/`), name);
  });
});

describe("the image's contract", () => {
  it('has the client ports that the image configures', () => {
    assert.match(
      textOf('ami/files/etc/sysctl.d/60-stampede.conf'),
      new RegExp(`^net\\.ipv4\\.ip_local_port_range = ${CLIENT_PORTS.from} ${CLIENT_PORTS.to}$`, 'm'),
    );
  });

  it('completes a launch while Auto Scaling still waits for it, after many attempts', () => {
    const timeoutOf = (path: string) =>
      Number(/^TimeoutStartSec=(\d+)$/m.exec(textOf(`ami/files/etc/systemd/system/${path}`))?.[1]);
    const hookS = timeoutOf('stampede-launch-hook.service');
    assert.equal(timeoutOf('chrony-wait.service.d/10-deadline.conf'), LAUNCH_S.clock);
    assert.ok(LAUNCH_S.healthy + 10 * LAUNCH_S.longestPause <= LAUNCH_S.deadline);
    assert.ok(LAUNCH_S.deadline + LAUNCH_S.attempt <= hookS);
    assert.ok(LAUNCH_S.boot + LAUNCH_S.clock + hookS < LAUNCH_S.heartbeat);
  });

  it('configures a queue of new connections as long as the server asks for', () => {
    assert.match(
      textOf('ami/files/etc/sysctl.d/60-stampede.conf'),
      new RegExp(`^net\\.core\\.somaxconn = ${LISTEN_BACKLOG}$`, 'm'),
    );
  });

  it('has no client port on which the server listens', () => {
    assert.ok(PORT < CLIENT_PORTS.from);
  });
});
