/**
 * Secrets Manager: `secrets-manager-process.ts <host> <port> (<arn> <file>)…`. Each file holds the current value of a
 * secret. It answers `GetSecretValue` only, and refuses other requests with AWS's errors.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

const [host, port, ...secrets] = process.argv.slice(2);
if (!host || !port || secrets.length === 0 || secrets.length % 2 === 1)
  throw new Error('usage: secrets-manager-process.ts <host> <port> (<arn> <file>)…');
const files = new Map(secrets.flatMap((arn, index) => (index % 2 === 0 ? [[arn, secrets[index + 1] as string]] : [])));

const SIGNED = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[^/]+\/secretsmanager\/aws4_request,/;

/** The error of AWS that a request gets; undefined if it may have the value. */
function refusal({ headers }: IncomingMessage, file: string | undefined): string | undefined {
  if (!SIGNED.test(headers.authorization ?? '')) return 'MissingAuthenticationTokenException';
  if (headers['x-amz-target'] !== 'secretsmanager.GetSecretValue') return 'UnknownOperationException';
  return file === undefined ? 'ResourceNotFoundException' : undefined;
}

const server = createServer(async (request, response) => {
  const { SecretId: arn } = JSON.parse((await text(request)) || '{}');
  const file = files.get(arn);
  const error = refusal(request, file);
  const answer = error
    ? { __type: error, Message: `${error}: this endpoint has only the values of ${[...files.keys()].join(', ')}` }
    : { ARN: arn, SecretString: readFileSync(file as string, 'utf8'), VersionStages: ['AWSCURRENT'] };
  response.writeHead(error ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
});
server.listen(Number(port), host);
await once(server, 'listening');
console.log('ready');
