/** The process of the embedded database: `node embedded-database-process.ts <folder> [port]`. */
import dynalite from 'dynalite';

const [path, port = '0'] = process.argv.slice(2);
const server = dynalite({ ...(path && { path }), createTableMs: 0 });

server.on('error', (error: Error) => {
  process.send?.({ error: error.message });
  console.error(`embedded database: ${error.message}`);
  process.exit(1);
});
server.listen(Number(port), '127.0.0.1', () => {
  process.send?.({ port: (server.address() as { port: number }).port });
});

// The parent, gone in whatever way, is the reason to go; a Ctrl-C reaches both, and the parent still has to flush.
process.on('disconnect', () => server.close(() => process.exit(0)));
process.on('SIGINT', () => {});
