import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { ASSUMED } from '../../../scripts/cost/items.ts';
import { startDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';

/** The request of `curl -X POST`, as the load balancer forwards it. */
function requestOf(protocol: 'http' | 'https'): string {
  const forwarded = ['X-Forwarded-For: 203.0.113.7', `X-Forwarded-Proto: ${protocol}`];
  return ['POST /app HTTP/1.1', 'Host: example.org', 'User-Agent: curl/8.0', 'Accept: */*', ...forwarded, '', ''].join(
    '\r\n',
  );
}

/** Headers of one connection, which the load balancer does not forward. */
const HOP_BY_HOP = /^(connection|keep-alive): .*\r\n/gim;

const service = await startService(await startDatabase(), { TRUSTED_PROXIES: '1' });

/** The bytes of the answer, as text. */
async function answerTo(request: string, environment = service): Promise<string> {
  const socket = connect(Number(new URL(environment.url).port), '127.0.0.1').setEncoding('latin1');
  socket.write(request);
  let answer = '';
  while (!/\r\n\r\n.*\n$/s.test(answer)) answer += (await once(socket, 'data'))[0];
  socket.destroy();
  return answer;
}

describe('the answer to POST /app', () => {
  it('has at most 350 bytes, headers and body', async () => {
    const answer = await answerTo(requestOf('http'));
    assert.match(answer, /^HTTP\/1\.1 201 Created\r\n/);
    assert.ok(answer.length <= 350, `${answer.length} bytes:\n${answer}`);
  });

  it('has at most 350 bytes over TLS, without the headers that the load balancer removes', async () => {
    const answer = (await answerTo(requestOf('https'))).replace(HOP_BY_HOP, '');
    assert.ok(answer.length <= 350, `${answer.length} bytes:\n${answer}`);
  });

  it('has the headers that concern programs, and Strict-Transport-Security only over TLS', async () => {
    const [plain, secure] = [await answerTo(requestOf('http')), await answerTo(requestOf('https'))];
    const common = ['Content-Type', 'Content-Length', 'Location', 'Cache-Control', 'X-Content-Type-Options'];
    assert.deepEqual(namesOf(plain), [...common, 'Date', 'Connection', 'Keep-Alive']);
    assert.deepEqual(namesOf(secure), [...common, 'Strict-Transport-Security', 'Date', 'Connection', 'Keep-Alive']);
  });

  it('is as small if it is a refusal', async () => {
    const limited = await startService(await startDatabase(), { RATE_LIMIT_PER_SECOND: '1', RATE_LIMIT_BURST: '1' });
    await answerTo(requestOf('http'), limited);
    const refusal = await answerTo(requestOf('http'), limited);
    assert.match(refusal, /^HTTP\/1\.1 429 /);
    assert.deepEqual(
      namesOf(refusal).filter((name) => /security|frame|cross-origin|referrer/i.test(name)),
      [],
    );
  });

  it('has the size that the bill assumes', async () => {
    const answer = (await answerTo(requestOf('https'))).replace(HOP_BY_HOP, '');
    assert.equal(answer.length, ASSUMED.answerBytes);
  });
});

function namesOf(answer: string): string[] {
  const [head = ''] = answer.split('\r\n\r\n');
  return head
    .split('\r\n')
    .slice(1)
    .map((line) => line.slice(0, line.indexOf(':')));
}
