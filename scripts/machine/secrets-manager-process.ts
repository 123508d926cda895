/**
 * Secrets Manager with one secret: `secrets-manager-process.ts <host> <port> <arn> <file>`. The file holds the current
 * value. It answers `GetSecretValue` only, and refuses other requests with AWS's errors.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

const [host, port, arn, file] = process.argv.slice(2);
if (!host || !port || !arn || !file) throw new Error('usage: secrets-manager-process.ts <host> <port> <arn> <file>');
const value = file;

const SIGNED = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[^/]+\/secretsmanager\/aws4_request,/;

/** The error of AWS that a request gets; undefined if it may have the value. */
async function refusal(request: IncomingMessage): Promise<string | undefined> {
  const { authorization = '', 'x-amz-target': target } = request.headers;
  const { SecretId } = JSON.parse((await text(request)) || '{}');
  if (!SIGNED.test(authorization)) return 'MissingAuthenticationTokenException';
  if (target !== 'secretsmanager.GetSecretValue') return 'UnknownOperationException';
  return SecretId === arn ? undefined : 'ResourceNotFoundException';
}

const server = createServer(async (request, response) => {
  const error = await refusal(request);
  const answer = error
    ? { __type: error, Message: `${error}: this endpoint has only the value of ${arn}` }
    : { ARN: arn, SecretString: readFileSync(value, 'utf8'), VersionStages: ['AWSCURRENT'] };
  response.writeHead(error ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
});
server.listen(Number(port), host);
await once(server, 'listening');
console.log('ready');
