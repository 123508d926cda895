import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createServer, setDefaultCACertificates, type TlsOptions } from 'node:tls';
import { LOCALHOST } from '../../../scripts/bench/backends/localhost-certificate.ts';
import { probeTls } from '../../../scripts/probe/tls.ts';
import { LOCALHOST_RSA } from '../../server/support/certificate.ts';

setDefaultCACertificates([LOCALHOST.cert, LOCALHOST_RSA.cert]);

/** What differs on a server with these options. */
async function differences(t: TestContext, options: TlsOptions) {
  const server = createServer(options, (socket) => socket.end()).on('tlsClientError', () => {});
  server.listen(0, 'localhost');
  await once(server, 'listening');
  t.after(() => server.close());
  const findings = await probeTls(new URL(`https://localhost:${(server.address() as AddressInfo).port}`));
  assert.equal(findings.length, 6);
  return findings.filter(({ passed }) => !passed).map(({ check, measured, expected }) => [check, measured, expected]);
}

describe('TLS of a stage', () => {
  it('is as expected with versions 1.2 and 1.3 and ciphers with forward secrecy', async (t) => {
    const ciphers = 'ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256';
    assert.deepEqual(await differences(t, { ...LOCALHOST_RSA, ciphers }), []);
  });

  it('is different if old versions are accepted', async (t) => {
    const old = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    assert.deepEqual(await differences(t, { ...LOCALHOST, ...old }), [
      ['TLS 1', 'accepted', 'refused'],
      ['TLS 1.1', 'accepted', 'refused'],
    ]);
  });

  it('is different if TLS 1.3 is missing', async (t) => {
    assert.deepEqual(await differences(t, { ...LOCALHOST, maxVersion: 'TLSv1.2' }), [
      ['TLS 1.3', 'refused', 'accepted'],
    ]);
  });

  it('is different if a cipher without forward secrecy is accepted', async (t) => {
    assert.deepEqual(await differences(t, { ...LOCALHOST_RSA, ciphers: 'DEFAULT:AES128-SHA' }), [
      ['a cipher without forward secrecy', 'accepted', 'refused'],
    ]);
  });

  it('is different if clients cannot trust the certificate', async (t) => {
    setDefaultCACertificates([LOCALHOST_RSA.cert]);
    assert.deepEqual(await differences(t, LOCALHOST), [['the certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'valid']]);
  });
});
