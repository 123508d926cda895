/**
 * The instance metadata service: `metadata-service.ts ADDRESS FILE TOKENS`. The file lists the instances; a request is
 * answered for the instance of its source address. With TOKENS `required` only version 2 is answered. Each request is
 * logged as a line `instance method path status`.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { z } from 'zod';

const instanceSchema = z.object({ id: z.string(), address: z.string(), zone: z.string() });

/** An instance that the metadata service answers for. */
export type MetadataInstance = z.infer<typeof instanceSchema>;

const CREDENTIALS_LIFE_MS = 6 * 3_600_000;
const METADATA = '/latest/meta-data';
const ROLES_PATH = `${METADATA}/iam/security-credentials/`;
const ROLE = 'rehearsal';

/** Path of the instance role's credentials. */
export const CREDENTIALS_PATH = `${ROLES_PATH}${ROLE}`;

/** What the service answers for an instance, by path. */
export function metadataOf({ id, address, zone }: MetadataInstance, now: Date): Readonly<Record<string, string>> {
  return {
    [`${METADATA}/instance-id`]: id,
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

function serve(address: string, file: string, requiresToken: boolean): void {
  const token = randomBytes(20).toString('base64url');
  const server = createServer(({ socket, method, url = '', headers }, response) => {
    const instances = z.array(instanceSchema).parse(JSON.parse(readFileSync(file, 'utf8')));
    const instance = instances.find((known) => known.address === socket.remoteAddress);
    const answer = (status: number, body = '') => {
      console.log(instance?.id ?? socket.remoteAddress, method, url, status);
      response.writeHead(status, { 'Content-Type': 'text/plain' }).end(body);
    };
    if (!instance) return answer(404);
    if (url === '/latest/api/token') return method === 'PUT' ? answer(200, token) : answer(405);
    const given = headers['x-aws-ec2-metadata-token'];
    if (given !== token && (given !== undefined || requiresToken)) return answer(401);
    const value = metadataOf(instance, new Date())[url];
    return value === undefined ? answer(404) : answer(200, value);
  });
  server.listen(80, address, () => console.log('ready'));
}

if (import.meta.main) {
  const [address, file, tokens] = process.argv.slice(2);
  if (!address || !file || !tokens) throw new Error('usage: metadata-service.ts ADDRESS FILE TOKENS');
  serve(address, file, tokens === 'required');
}
