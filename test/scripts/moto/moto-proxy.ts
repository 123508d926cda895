import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { readCall } from '../../../scripts/rights/call.ts';
import type { AwsAnswer, AwsRequest } from '../aws/fake-aws.ts';

/** Address of a moto server, which .ci/ec2 starts. */
export const MOTO_URL = process.env['MOTO_URL'];

/** An answer in place of moto's; undefined passes the request on. */
type Answer = AwsAnswer | ((request: AwsRequest) => Promise<AwsAnswer | undefined>);

/**
 * A server in front of moto that answers what moto lacks, and passes on everything else. The scripts call it when they
 * get `env`; `operations` keeps the names of what they called.
 */
export async function startMotoProxy(lacking: Readonly<Record<string, Answer>>) {
  const operations: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const request = readCall(incoming.headers, body);
    operations.push(request.operation);
    const known = lacking[request.operation];
    const answer = typeof known === 'function' ? await known(request) : known;
    if (answer) {
      const isXml = typeof answer.body === 'string';
      outgoing.writeHead(answer.status ?? 200, { 'content-type': isXml ? 'text/xml' : 'application/x-amz-json-1.1' });
      return outgoing.end(isXml ? answer.body : JSON.stringify(answer.body));
    }
    const { authorization = '', 'content-type': type = '', 'x-amz-target': target } = incoming.headers;
    const headers = { authorization, 'content-type': type, ...(target && { 'x-amz-target': String(target) }) };
    const passed = await fetch(`${MOTO_URL}${incoming.url}`, { method: 'POST', headers, body });
    outgoing.writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? 'text/xml' });
    return outgoing.end(Buffer.from(await passed.arrayBuffer()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    operations,
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
