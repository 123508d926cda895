import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { setDefaultCACertificates } from 'node:tls';
import { LOCALHOST } from '../../../scripts/bench/backends/localhost-certificate.ts';
import { type AnswersOptions, probeAnswers } from '../../../scripts/probe/answers.ts';
import { startApp } from '../../server/support/app.ts';

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

/** The differences from what a stage must answer. */
async function differences(options: AnswersOptions) {
  const findings = await probeAnswers(options);
  return findings.filter(({ passed }) => !passed).map(({ check, measured }) => `${check}: ${measured}`);
}

async function start(t: TestContext, server: ReturnType<typeof createServer>) {
  server.listen(0, 'localhost');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return portOf(server);
}

describe('the answers of a stage', () => {
  it('are as expected from the service itself', async () => {
    const url = new URL(`http://127.0.0.1:${portOf(await startApp([]))}`);
    assert.deepEqual(await differences({ url, needsToken: false, token: undefined }), []);
  });

  it('are different if anyone may read although a token is required', async () => {
    const url = new URL(`http://127.0.0.1:${portOf(await startApp([]))}`);
    assert.deepEqual(await differences({ url, needsToken: true, token: undefined }), [
      'the list without a token: 200',
      'a record without a token: 404',
      'the list of users without a token: 404',
      'the live stream without a token: 404',
      'the list with a wrong token: 200',
    ]);
  });

  it('are different if the token is refused', async (t) => {
    const port = await start(
      t,
      createServer((_request, response) => response.writeHead(401).end()),
    );
    const found = await differences({ url: new URL(`http://localhost:${port}`), needsToken: true, token: 'right' });
    assert.ok(found.includes('the list with the token: 401'), found.join('\n'));
    assert.ok(!found.some((line) => line.startsWith('the list without')), found.join('\n'));
  });

  it('are different if a proxy removes headers or names its version', async (t) => {
    const headers = { server: 'nginx/1.25.3', 'x-powered-by': 'Express' };
    const port = await start(
      t,
      createServer((_request, response) => response.writeHead(200, headers).end()),
    );
    const url = new URL(`http://localhost:${port}`);
    assert.deepEqual(await differences({ url, needsToken: undefined, token: undefined }), [
      'an unknown path: 200',
      'the header content-security-policy: missing',
      'the header content-security-policy: missing',
      'the header x-content-type-options: missing',
      'the header referrer-policy: missing',
      'the header x-powered-by: Express',
      'the header server: nginx/1.25.3',
    ]);
  });

  it('name the error if nothing answers', async () => {
    const url = new URL('http://127.0.0.1:2');
    const found = await differences({ url, needsToken: undefined, token: undefined });
    assert.ok(found.includes('the health of the service: ECONNREFUSED'), found.join('\n'));
  });

  describe('with TLS', () => {
    setDefaultCACertificates([LOCALHOST.cert]);
    const ABOUT_TLS = /plain HTTP|strict-transport/;
    const over = async (t: TestContext, plain: RequestListener, headers: Readonly<Record<string, string>>) => {
      const tls = createTlsServer(LOCALHOST, (_request, response) => response.writeHead(200, headers).end());
      const url = new URL(`https://localhost:${await start(t, tls as unknown as ReturnType<typeof createServer>)}`);
      const plainPort = await start(t, createServer(plain));
      const found = await differences({ url, needsToken: undefined, token: undefined, plainPort });
      return found.filter((line) => ABOUT_TLS.test(line));
    };

    it('are as expected if plain HTTP is redirected and browsers are instructed to use TLS', async (t) => {
      const redirect: RequestListener = ({ url }, response) =>
        response.writeHead(301, { location: `https://localhost:443${url}` }).end();
      assert.deepEqual(await over(t, redirect, { 'strict-transport-security': 'max-age=31536000' }), []);
    });

    it('are different if plain HTTP is served', async (t) => {
      assert.deepEqual(await over(t, (_request, response) => response.writeHead(200).end(), {}), [
        'the header strict-transport-security: missing',
        'plain HTTP: 200',
      ]);
    });
  });
});
