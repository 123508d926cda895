/** CloudWatch, as far as it accepts metrics: `cloudwatch-process.ts HOST PORT`. Other requests are refused. */
import { createServer } from 'node:http';

const [host, port] = process.argv.slice(2);
if (!host || !port) throw new Error('usage: cloudwatch-process.ts HOST PORT');

const server = createServer((request, response) => {
  const isKnown = String(request.headers['x-amz-target']).endsWith('.PutMetricData');
  const body = isKnown ? {} : { __type: 'UnknownOperationException', Message: 'this endpoint accepts metrics only' };
  request.resume();
  response.writeHead(isKnown ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
});
server.listen(Number(port), host, () => console.log('ready'));
