import { once } from 'node:events';
import { connect, type SecureVersion } from 'node:tls';
import { compare, type Finding } from './finding.ts';

const DEADLINE_MS = 5_000;

/** What the load balancer's policy offers (`SslPolicy.RECOMMENDED_TLS`). */
const VERSIONS: Readonly<Record<SecureVersion, boolean>> = {
  TLSv1: false,
  'TLSv1.1': false,
  'TLSv1.2': true,
  'TLSv1.3': true,
};

/** TLS 1.2 ciphers without forward secrecy: recorded connections can be read by anyone who obtains the key later. */
const WEAK_CIPHERS = 'AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA';

/** Tries TLS versions and ciphers, and checks the certificate as every client does. */
export async function probeTls({ hostname, port }: URL): Promise<Finding[]> {
  const attempt = (options: object) => handshake(hostname, Number(port || 443), options);
  const text = (isAccepted: boolean) => (isAccepted ? 'accepted' : 'refused');
  const versions = Object.entries(VERSIONS).map(async ([version, isOffered]) => {
    // OpenSSL offers old versions only without its security level.
    const options = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' };
    const error = await attempt({ ...options, rejectUnauthorized: false });
    return compare(version.replace('v', ' '), text(error === undefined), text(isOffered));
  });
  const weak = attempt({ maxVersion: 'TLSv1.2', ciphers: `${WEAK_CIPHERS}:@SECLEVEL=0`, rejectUnauthorized: false });
  const certificate = await attempt({});
  return [
    compare('the certificate', certificate ?? 'valid', 'valid'),
    ...(await Promise.all(versions)),
    compare('a cipher without forward secrecy', text((await weak) === undefined), 'refused'),
  ];
}

/** The code of the error of a handshake; undefined if it succeeded. */
async function handshake(host: string, port: number, options: object): Promise<string | undefined> {
  const socket = connect({ host, port, servername: host, ...options });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(DEADLINE_MS) });
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code ?? message;
  } finally {
    socket.destroy();
  }
}
