/**
 * A process that acknowledges calls in DynamoDB's protocol and stores nothing: what remains is the cost of the server.
 * It counts bytes of items and write units, and answers each message of its parent with the sums. Its arguments are the
 * delay of each answer in milliseconds (by a Node timer, hence up to 1 ms more), and `tls` to speak TLS.
 */
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import { type Item, itemBytes, writeUnits } from './item-size.ts';
import { LOCALHOST } from './localhost-certificate.ts';

/** What the backend counted since its start. */
export type BackendSums = Readonly<typeof sums>;

const latencyMs = Number(process.argv[2]);
const isTls = process.argv[3] === 'tls';
const sums = { bytes: 0, writeUnits: 0 };

/** The answer to every GetItem; the peers do not read it. */
const FOUND = JSON.stringify({
  Item: { pk: { S: '3f5c8a1b-9d7e-4c6f-8a0b-2d4e6f8a0b2d' }, sk: { S: '2026-11-21T07:45:00.123Z' } },
});

function answerTo(operation: string, body: string): string {
  if (operation === 'GetItem') return FOUND;
  if (operation === 'PutItem') {
    const bytes = itemBytes((JSON.parse(body) as { Item: Item }).Item);
    sums.bytes += bytes;
    sums.writeUnits += writeUnits(bytes);
  }
  return '{}';
}

const answer: RequestListener = (request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const text = answerTo(operation, body);
    const headers = {
      'Content-Type': 'application/x-amz-json-1.0',
      'Content-Length': text.length,
      'x-amz-crc32': crc32(text),
    };
    const send = () => response.writeHead(200, headers).end(text);
    if (latencyMs === 0) send();
    else setTimeout(send, latencyMs);
  });
};

const OPTIONS = { keepAliveTimeout: 0 };
const server = isTls ? createTlsServer({ ...LOCALHOST, ...OPTIONS }, answer) : createServer(OPTIONS, answer);

process.on('message', () => process.send?.(sums));
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
