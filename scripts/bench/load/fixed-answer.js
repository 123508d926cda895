/** Answers everything with the same bytes. It has no HTTP parser, so it costs less than any server that is measured. */
import { createServer } from 'node:net';

const answer = (status) => Buffer.from(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
const OK = answer('200 OK');
const CREATED = answer('201 Created');

createServer((socket) => {
  socket.on('data', (request) => socket.write(request[0] === 'P'.charCodeAt(0) ? CREATED : OK));
  socket.on('error', () => socket.destroy());
}).listen(Number(process.env.PORT), '127.0.0.1');
