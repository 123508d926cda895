/**
 * The instance metadata service: `metadata-service.ts ADDRESS FILE TOKENS`. The file names the instances by source
 * address; with TOKENS `required` only version 2 is answered; each answer is told as a line `instance method path status`.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type KnownInstance, METADATA_PATHS, metadataOf } from './metadata.ts';

const [address, file, tokens] = process.argv.slice(2);
if (!address || !file || !tokens) throw new Error('usage: metadata-service.ts ADDRESS FILE TOKENS');

const token = randomBytes(20).toString('base64url');

createServer((request, response) => {
  const source = request.socket.remoteAddress ?? '';
  const instances: KnownInstance[] = JSON.parse(readFileSync(file, 'utf8'));
  const instance = instances.find((known) => known.address === source);
  const answer = (status: number, body = '') => {
    console.log(instance?.id ?? source, request.method, request.url, status);
    response.writeHead(status, { 'Content-Type': 'text/plain' }).end(body);
  };
  if (!instance) return answer(404);
  if (request.url === METADATA_PATHS.token) return request.method === 'PUT' ? answer(200, token) : answer(405);
  const given = request.headers['x-aws-ec2-metadata-token'];
  if (given !== token && (given !== undefined || tokens === 'required')) return answer(401);
  const value = metadataOf(instance, new Date())[request.url ?? ''];
  return value === undefined ? answer(404) : answer(200, value);
}).listen(80, address, () => console.log('ready'));
