/** Makes requests as the load balancer forwards them: with the client's address and a trace id of its own for each. */
export function requestMaker(path: string): () => string {
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: stampede.example.org',
    'User-Agent: bench',
    'Accept: */*',
    'Content-Length: 0',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Port: 443',
  ].join('\r\n');
  let made = 0;
  return () => {
    const number = made++;
    const second = Math.floor(Date.now() / 1000).toString(16);
    const unique = `5d7e4c6f8a0b2d4e${number.toString(16).padStart(8, '0')}`;
    return `${head}\r\nX-Forwarded-For: 203.0.113.${number & 255}\r\nX-Amzn-Trace-Id: Root=1-${second}-${unique}\r\n\r\n`;
  };
}
