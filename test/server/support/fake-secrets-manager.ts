import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenDuringTests } from './listen.ts';

const SECRET_ID = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:example-AbCdEf';

/** What the service answers: a value, an error of AWS, or nothing at all. */
export type SecretAnswer = { readonly value: string } | { readonly error: string } | 'no answer';

/**
 * Secrets Manager on a free port, with a secret whose answers change and `others` that have a fixed value. With the answer
 * "no answer" it answers no request. Stops after the tests of the calling file.
 */
export async function startSecretsManager(
  first: SecretAnswer,
  secretId = SECRET_ID,
  others: Readonly<Record<string, string>> = {},
) {
  let answer = first;
  let requests = 0;
  let unanswered = 0;
  const server = createServer(async (request, response) => {
    const { SecretId } = JSON.parse(await text(request));
    requests += 1;
    server.emit('asked');
    const send = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
    if (!/^AWS4-HMAC-SHA256 Credential=.*\/secretsmanager\/aws4_request,/.test(request.headers.authorization ?? ''))
      return send(400, { __type: 'MissingAuthenticationTokenException' });
    if (request.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
      return send(400, { __type: 'UnknownOperationException' });
    if (unanswered > 0) return void unanswered--;
    if (answer === 'no answer') return request.socket.destroy();
    const other = others[SecretId];
    if (other !== undefined) return send(200, { ARN: SecretId, SecretString: other, VersionStages: ['AWSCURRENT'] });
    if (SecretId !== secretId) return send(400, { __type: 'ResourceNotFoundException' });
    if ('error' in answer) return send(400, { __type: answer.error, message: 'refused' });
    return send(200, { ARN: secretId, SecretString: answer.value, VersionStages: ['AWSCURRENT'] });
  });
  const endpoint = await listenDuringTests(server);
  return {
    secretId,
    endpoint,
    answers: (next: SecretAnswer) => {
      answer = next;
    },
    /** Receives the next request and never answers it. */
    ignoresNext: () => {
      unanswered = 1;
    },
    /** Resolves with the next request. */
    asked: () => once(server, 'asked'),
    get requests() {
      return requests;
    },
  };
}

/** Settings of a client that calls the fake service. */
export function clientSettings({ endpoint }: { readonly endpoint: string }) {
  return { endpoint, region: 'eu-west-1', maxAttempts: 1, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
}
