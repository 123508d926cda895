import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  haproxyConfig,
  haproxyDeregistration,
  haproxyRegistration,
} from '../../../../scripts/drills/rehearsal/stage/haproxy-config.ts';
import { servingGroup } from '../../../../scripts/scaling/template/group.ts';
import { readLoadBalancer, readTargetGroup } from '../../../../scripts/scaling/template/load-balancer.ts';
import { exampleStage } from '../../scaling/template/stage-example.ts';

const stage = exampleStage();
const balancer = readLoadBalancer(stage);
const group = readTargetGroup(stage, servingGroup(stage));
const place = { listen: '10.0.0.10:80', adminSocket: '/run/admin.sock' };

describe('haproxyConfig', () => {
  const lines = haproxyConfig(balancer, group, place)
    .split('\n')
    .map((line) => line.trim());

  it('listens, and takes commands, where it is told to', () => {
    assert.ok(lines.includes('bind 10.0.0.10:80'));
    assert.ok(lines.includes('stats socket /run/admin.sock mode 600 level admin'));
  });

  it("keeps the template's idle timeout", () => {
    assert.ok(lines.includes('timeout client 45000ms') && lines.includes('timeout server 45000ms'));
  });

  it("asks the template's health check", () => {
    assert.ok(lines.some((line) => line.startsWith('http-check send meth GET uri /health ver HTTP/1.1')));
    assert.ok(lines.includes('http-check connect port 8080'));
    assert.ok(lines.includes('http-check expect status 200'));
    assert.ok(lines.includes('timeout check 5000ms'));
  });

  it("chooses targets by the template's algorithm", () => {
    assert.ok(lines.includes('balance roundrobin'));
    const least = haproxyConfig(balancer, { ...group, algorithm: 'least_outstanding_requests' }, place);
    assert.match(least, /\n {2}balance leastconn\n/);
  });

  it('adds the headers of an Application Load Balancer, and never sends a request twice', () => {
    assert.ok(lines.includes('option forwardfor') && lines.includes('retries 0'));
    assert.ok(lines.some((line) => line.startsWith('http-request set-header X-Amzn-Trace-Id Root=1-')));
  });

  it('refuses a matcher that it cannot write', () => {
    const odd = { ...group, healthCheck: { ...group.healthCheck, codes: 'any' } };
    assert.throws(() => haproxyConfig(balancer, odd, place), /expects 'any': expected codes such as 200/);
  });
});

describe('haproxyRegistration', () => {
  it("registers a target that is down until it has passed the template's checks", () => {
    assert.deepEqual(haproxyRegistration('i-1', '10.0.1.5', group, place), [
      'add server app/i-1 10.0.1.5:8080 check inter 10000ms rise 2 fall 2',
      'set server app/i-1 state drain',
      'set server app/i-1 health down',
      'enable health app/i-1',
      'set server app/i-1 state ready',
    ]);
  });

  it('checks more often where time is compressed, and waits as long for an answer', () => {
    const [add] = haproxyRegistration('i-1', '10.0.1.5', group, { ...place, timeFactor: 10 });
    assert.match(add ?? '', /inter 1000ms/);
    assert.match(haproxyConfig(balancer, group, { ...place, timeFactor: 10 }), /timeout check 5000ms/);
  });
});

describe('haproxyDeregistration', () => {
  it('drains first and cuts later', () => {
    assert.deepEqual(haproxyDeregistration('i-1'), {
      drain: ['set server app/i-1 state drain'],
      remove: ['set server app/i-1 state maint', 'shutdown sessions server app/i-1', 'del server app/i-1'],
    });
  });
});
