import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  haproxyConfig,
  haproxyDeregistration,
  haproxyRegistration,
  targetStates,
} from '../../../../../scripts/drills/rehearsal/stage/load-balancer.ts';
import { servingGroup } from '../../../../../scripts/scaling/template/group.ts';
import { readLoadBalancer, readTargetGroup } from '../../../../../scripts/scaling/template/load-balancer.ts';
import { exampleStage } from '../../../scaling/template/stage-example.ts';

const stage = exampleStage();
const balancer = readLoadBalancer(stage);
const group = readTargetGroup(stage, servingGroup(stage));
const LISTEN = '10.0.0.10:80';
const SOCKET = '/run/admin.sock';

describe('haproxyConfig', () => {
  const lines = haproxyConfig(balancer, group, LISTEN, SOCKET)
    .split('\n')
    .map((line) => line.trim());

  it('listens at its address and takes commands at its socket', () => {
    assert.ok(lines.includes('bind 10.0.0.10:80'));
    assert.ok(lines.includes('stats socket /run/admin.sock mode 600 level admin'));
  });

  it("keeps the template's idle timeout", () => {
    assert.ok(lines.includes('timeout client 45000ms') && lines.includes('timeout server 45000ms'));
  });

  it("uses the template's health check", () => {
    assert.ok(lines.some((line) => line.startsWith('http-check send meth GET uri /health ver HTTP/1.1')));
    assert.ok(lines.includes('http-check connect port 8080'));
    assert.ok(lines.includes('http-check expect status 200'));
    assert.ok(lines.includes('timeout check 5000ms'));
  });

  it("chooses targets by the template's algorithm", () => {
    assert.ok(lines.includes('balance roundrobin'));
    const least = haproxyConfig(balancer, { ...group, algorithm: 'least_outstanding_requests' }, LISTEN, SOCKET);
    assert.match(least, /\n {2}balance leastconn\n/);
  });

  it('adds the headers of an Application Load Balancer, and never sends a request twice', () => {
    assert.ok(lines.includes('option forwardfor') && lines.includes('retries 0'));
    assert.ok(lines.some((line) => line.startsWith('http-request set-header X-Amzn-Trace-Id Root=1-')));
  });

  it('refuses a matcher that it cannot write', () => {
    const odd = { ...group, healthCheck: { ...group.healthCheck, codes: 'any' } };
    assert.throws(() => haproxyConfig(balancer, odd, LISTEN, SOCKET), /expects 'any': expected codes such as 200/);
  });
});

describe('haproxyRegistration', () => {
  it("registers a target that is down until it has passed the template's checks", () => {
    assert.deepEqual(haproxyRegistration('i-1', '10.0.1.5', group, 1), [
      'add server app/i-1 10.0.1.5:8080 check inter 10000ms rise 2 fall 2',
      'set server app/i-1 state drain',
      'set server app/i-1 health down',
      'enable health app/i-1',
      'set server app/i-1 state ready',
    ]);
  });

  it('checks more often with compressed times, and waits as long for an answer', () => {
    const [add] = haproxyRegistration('i-1', '10.0.1.5', group, 10);
    assert.match(add ?? '', /inter 1000ms/);
    assert.match(haproxyConfig(balancer, group, LISTEN, SOCKET), /timeout check 5000ms/);
  });
});

describe('haproxyDeregistration', () => {
  it('drains first and closes connections later', () => {
    assert.deepEqual(haproxyDeregistration('i-1'), {
      drain: ['set server app/i-1 state drain'],
      remove: ['set server app/i-1 state maint', 'shutdown sessions server app/i-1', 'del server app/i-1'],
    });
  });
});

describe('targetStates', () => {
  it('reads which targets pass their checks, and leaves out what is no target', () => {
    const row = (proxy: string, name: string, state: string) => [proxy, name, ...Array(15).fill(''), state].join(',');
    const stat = [
      row('listener', 'FRONTEND', 'OPEN'),
      row('app', 'i-1', 'UP 1/2'),
      row('app', 'i-2', 'DOWN'),
      row('app', 'i-3', 'DRAIN'),
      row('app', 'BACKEND', 'UP'),
    ];
    assert.deepEqual(
      [...targetStates(stat.join('\n'))],
      [
        ['i-1', true],
        ['i-2', false],
        ['i-3', false],
      ],
    );
  });
});
