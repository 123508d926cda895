import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { createTransact } from '../embedded-transactions.ts';
import { type BackupOptions, createBackups } from './backups.ts';
import { Refusal } from './refusal.ts';
import { openStore, type Store } from './store.ts';
import { createTableSettings } from './table-settings.ts';

/** Longer than clients of a test are idle: with Node's 5 s, a request can meet a connection that is just closed. */
const KEEP_ALIVE_MS = 60_000;

/** Performs the operation in the body of a request; rejects with a `Refusal`. */
type Operation = (body: string) => Promise<object>;

interface EmbeddedOptions extends BackupOptions {
  /** The folder. @default - in memory */
  readonly path?: string;
  /** Changes how the store works, before it is used. @default - nothing */
  readonly extend?: (store: Store) => void;
}

/** The embedded database's server, not yet listening: dynalite, and the operations that it lacks. */
export function createEmbeddedServer({ path, extend, ...backups }: EmbeddedOptions = {}): Server {
  const { server, store } = openStore({ ...(path && { path }), createTableMs: 0 });
  const [answer] = server.listeners('request') as [RequestListener];
  const transact = createTransact(store);
  const ours: Readonly<Record<string, Operation>> = {
    TransactWriteItems: async (body) => {
      await transact(body);
      return {};
    },
    // Backups are kept in memory, so they are only there for a database in memory.
    ...(!path && { ...createTableSettings(store), ...createBackups(store, backups) }),
  };
  // Last, so that backups also have what it writes.
  extend?.(store);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server.removeAllListeners('request').on('request', (request, response) => {
    const [service, name = ''] = String(request.headers['x-amz-target']).split('.');
    const operation = service === 'DynamoDB_20120810' && Object.hasOwn(ours, name) ? ours[name] : undefined;
    if (operation) void respond(request, response, operation);
    else answer(request, response);
  });
}

async function respond(request: IncomingMessage, response: ServerResponse, operation: Operation): Promise<void> {
  const { status, answer } = await text(request)
    .then(async (body) => {
      if (!request.headers.authorization?.startsWith('AWS4-'))
        throw new Refusal(
          'com.amazon.coral.service#MissingAuthenticationTokenException',
          'Request is missing Authentication Token',
        );
      return { status: 200, answer: await operation(body) };
    })
    .catch((error: Error) => {
      if (!('body' in error)) throw error;
      return { status: 400, answer: error.body as object };
    });
  const body = JSON.stringify(answer);
  response.writeHead(status, {
    'Content-Type': 'application/x-amz-json-1.0',
    'Content-Length': Buffer.byteLength(body),
    'x-amzn-RequestId': randomUUID(),
    'x-amz-crc32': crc32(body),
  });
  response.end(body);
}
