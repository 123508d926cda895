/**
 * The instance metadata service: `metadata-service.ts ADDRESS FOLDER TOKENS`. A request is answered by the file of its
 * source address. With TOKENS `required` only version 2 is answered. Each request is logged as a line `instance method
 * path status`.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';

const CREDENTIALS_LIFE_MS = 6 * 3_600_000;
const metadataSchema = z.record(z.string(), z.string());
const METADATA = '/latest/meta-data';
const ROLES_PATH = `${METADATA}/iam/security-credentials/`;
const ROLE = 'rehearsal';

/** Path of the instance's id. */
export const ID_PATH = `${METADATA}/instance-id`;

/** Path of the instance role's credentials. */
export const CREDENTIALS_PATH = `${ROLES_PATH}${ROLE}`;

/** What the service answers for an instance, by path. */
export function metadataOf(id: string, address: string, zone: string, now: Date): Readonly<Record<string, string>> {
  return {
    [ID_PATH]: id,
    [`${METADATA}/local-ipv4`]: address,
    [`${METADATA}/placement/availability-zone`]: zone,
    [`${METADATA}/placement/region`]: zone.slice(0, -1),
    [ROLES_PATH]: ROLE,
    [CREDENTIALS_PATH]: JSON.stringify({
      Code: 'Success',
      Type: 'AWS-HMAC',
      LastUpdated: now.toISOString(),
      AccessKeyId: `ASIA${id.slice(2).toUpperCase()}`,
      SecretAccessKey: 'rehearsal',
      Token: 'rehearsal',
      Expiration: new Date(now.getTime() + CREDENTIALS_LIFE_MS).toISOString(),
    }),
  };
}

function serve(address: string, folder: string, requiresToken: boolean): void {
  const token = randomBytes(20).toString('base64url');
  const server = createServer(({ socket, method, url = '', headers }, response) => {
    const file = join(folder, `${socket.remoteAddress}.json`);
    const metadata = metadataSchema.parse(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
    const answer = (status: number, body = '') => {
      console.log(metadata[ID_PATH] ?? socket.remoteAddress, method, url, status);
      response.writeHead(status, { 'Content-Type': 'text/plain' }).end(body);
    };
    if (!metadata[ID_PATH]) return answer(404);
    if (url === '/latest/api/token') return method === 'PUT' ? answer(200, token) : answer(405);
    const given = headers['x-aws-ec2-metadata-token'];
    if (given !== token && (given !== undefined || requiresToken)) return answer(401);
    return metadata[url] === undefined ? answer(404) : answer(200, metadata[url]);
  });
  server.listen(80, address, () => console.log('ready'));
}

if (import.meta.main) {
  const [address, folder, tokens] = process.argv.slice(2);
  if (!address || !folder || !tokens) throw new Error('usage: metadata-service.ts ADDRESS FOLDER TOKENS');
  serve(address, folder, tokens === 'required');
}
