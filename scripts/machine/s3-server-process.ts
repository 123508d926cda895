/** An S3 for tests, with one bucket in memory: `s3-server-process.ts <host> <port> <bucket>`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createS3Server } from './s3/server.ts';

const [host, port, bucket] = process.argv.slice(2);
if (!host || !port || !bucket) throw new Error('usage: s3-server-process.ts <host> <port> <bucket>');

const server = createServer(createS3Server([bucket]).listener);
server.listen(Number(port), host);
await once(server, 'listening');
console.log('ready');
