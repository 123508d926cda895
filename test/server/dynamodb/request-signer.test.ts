import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createRequestSigner } from '../../../server/dynamodb/request-signer.ts';

/** The SDK's signed request. */
interface SentRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

/** Lets the SDK sign a put, and intercepts it before it is sent. */
async function signedBySdk(credentials: typeof CREDENTIALS & { sessionToken?: string }): Promise<SentRequest> {
  const { promise, resolve } = Promise.withResolvers<SentRequest>();
  const client = new DynamoDBClient({
    region: 'eu-west-1',
    endpoint: 'http://localhost:8000',
    credentials,
    requestHandler: {
      handle: async (request: SentRequest) => {
        resolve(request);
        return { response: { statusCode: 200, headers: {}, body: new Uint8Array() } };
      },
    },
  });
  await client.send(new PutItemCommand({ TableName: 'table', Item: { pk: { S: 'é' } } })).catch(() => {});
  return promise;
}

function sdkTime(text: string): Date {
  return new Date(text.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z'));
}

/** Signs the SDK's request again, with the SDK's headers and time. */
function signAgain({ headers, body }: SentRequest, credentials: Parameters<ReturnType<typeof createRequestSigner>>[2]) {
  const names = /SignedHeaders=([^,]+)/.exec(headers['authorization'] ?? '')?.[1]?.split(';') ?? [];
  const given = names.filter((name) => name !== 'x-amz-date' && name !== 'x-amz-security-token');
  const sign = createRequestSigner({ region: 'eu-west-1', service: 'dynamodb' });
  const own = Object.fromEntries(given.map((name) => [name, headers[name] ?? '']));
  return sign(own, body, credentials, sdkTime(headers['x-amz-date'] ?? ''));
}

describe('the signature of a request', () => {
  it('equals that of the AWS SDK', async () => {
    const sent = await signedBySdk(CREDENTIALS);
    assert.equal(signAgain(sent, CREDENTIALS)['authorization'], sent.headers['authorization']);
  });

  it('equals that of the AWS SDK with the session token of an instance role', async () => {
    const temporary = { ...CREDENTIALS, sessionToken: 'AQoDYXdzEPT//////////wEXAMPLE' };
    const sent = await signedBySdk(temporary);
    const own = signAgain(sent, temporary);
    assert.equal(own['authorization'], sent.headers['authorization']);
    assert.equal(own['x-amz-security-token'], temporary.sessionToken);
  });

  it('changes with the secret and the day, such as when credentials are renewed at midnight', () => {
    const make = () => createRequestSigner({ region: 'eu-west-1', service: 'dynamodb' });
    const host = { host: 'localhost' };
    const reused = make();
    for (const at of [new Date('2026-11-21T23:59:59Z'), new Date('2026-11-22T00:00:00Z')])
      for (const secretAccessKey of ['first', 'second']) {
        const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey };
        assert.deepEqual(reused(host, '{}', credentials, at), make()(host, '{}', credentials, at));
      }
  });
});
