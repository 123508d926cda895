import { createServer, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { listenDuringTests } from './listen.ts';

/** One metric of a decoded `PutMetricData` request. */
export interface Datum {
  readonly MetricName: string;
  readonly Unit: string;
  readonly Timestamp: number;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Value?: number;
  readonly Values?: readonly number[];
  readonly Counts?: readonly number[];
}

export interface Call {
  readonly target: string;
  readonly authorization: string;
  readonly body: { readonly Namespace: string; readonly MetricData: readonly Datum[] };
}

/** The answers of the fake. */
export type Answer = (response: ServerResponse) => void;

export const ACCEPT: Answer = (response) => response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}');

/** A fake of `PutMetricData` in AWS JSON 1.0, which the SDK compresses; stops after the tests of the calling file. */
export async function startFakeCloudWatch() {
  const calls: Call[] = [];
  let answer = ACCEPT;
  const server = createServer(async (request, response) => {
    const { headers } = request;
    const bytes = await buffer(request);
    const text = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    calls.push({
      target: String(headers['x-amz-target']),
      authorization: String(headers.authorization),
      body: JSON.parse(String(text)),
    });
    answer(response);
  });
  const endpoint = await listenDuringTests(server);
  return {
    endpoint,
    calls,
    answerWith: (next: Answer) => {
      answer = next;
    },
  };
}
