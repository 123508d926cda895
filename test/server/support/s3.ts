import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { after } from 'node:test';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { createS3Server } from '../../../scripts/machine/s3/server.ts';
import { createS3Client, S3Bucket } from '../../../server/spill/s3-bucket.ts';
import { listenDuringTests } from './listen.ts';

/** Answers a request instead of S3, or passes it on. */
export type Fault = (request: IncomingMessage, response: ServerResponse, answer: RequestListener) => void;

const BUCKET = 'spill';
type Credentials = NonNullable<S3ClientConfig['credentials']>;
const LOCAL: Credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** An S3 with one bucket in this process, whose answers a test can change; stops after the tests of the calling file. */
export async function startS3({ credentials }: { credentials?: Credentials | undefined } = { credentials: LOCAL }) {
  const { listener, objectsOf } = createS3Server([BUCKET]);
  let fault: Fault = (request, response, answer) => answer(request, response);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.split('?')[0]}`);
    fault(request, response, listener);
  });
  const endpoint = await listenDuringTests(server);
  const client = createS3Client({ endpoint, region: 'local', ...(credentials && { credentials }) });
  after(() => client.destroy());
  return {
    endpoint,
    bucket: new S3Bucket(client, BUCKET),
    objects: objectsOf(BUCKET),
    requests,
    keys: () =>
      objectsOf(BUCKET)
        .list({ prefix: '', after: '', limit: 1_000 })
        .objects.map(({ key }) => key),
    /** From now on, the fault answers; without one, S3 does. */
    setFault: (next?: Fault) => {
      fault = next ?? ((request, response, answer) => answer(request, response));
    },
  };
}

/** An error as S3 sends it. */
export function answerError(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml', connection: 'close' }).end(body);
}
