import { createServer } from 'node:http';
import { listenDuringTests } from './listen.ts';

const TOKEN = 'a-session-token';

const ROLE_PATH = '/latest/meta-data/iam/security-credentials/';

export interface FakeImdsOptions {
  /** Paths that never answer. */
  readonly silent?: readonly string[];
  /** When the credentials that it returns now expire. @default - it has no role */
  readonly credentialsExpire?: () => Date;
}

/** A fake of IMDSv2. Stops after the tests of the calling file. */
export async function startFakeImds({ silent = [], credentialsExpire }: FakeImdsOptions = {}) {
  const asked: string[] = [];
  const facts: Record<string, string> = {
    '/latest/meta-data/instance-id': 'i-0abc1234def567890',
    '/latest/meta-data/placement/availability-zone': 'eu-west-1b',
    ...(credentialsExpire && { [ROLE_PATH]: 'role' }),
  };
  const server = createServer(({ method, url = '', headers }, response) => {
    asked.push(`${method} ${url}`);
    if (silent.includes(url)) return;
    if (method === 'PUT' && url === '/latest/api/token') {
      const life = Number(headers['x-aws-ec2-metadata-token-ttl-seconds']);
      return life >= 1 && life <= 21_600 ? response.end(TOKEN) : response.writeHead(400).end();
    }
    if (headers['x-aws-ec2-metadata-token'] !== TOKEN) return response.writeHead(401).end('<h1>Unauthorized</h1>');
    const fact = url === `${ROLE_PATH}role` && credentialsExpire ? credentials(credentialsExpire()) : facts[url];
    return fact === undefined ? response.writeHead(404).end() : response.end(fact);
  });
  const endpoint = await listenDuringTests(server);
  return { endpoint, asked, server };
}

function credentials(expires: Date): string {
  return JSON.stringify({
    Code: 'Success',
    Type: 'AWS-HMAC',
    AccessKeyId: 'ASIAEXAMPLE',
    SecretAccessKey: 'secret',
    Token: 'token',
    Expiration: expires.toISOString(),
  });
}
