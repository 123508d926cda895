import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { after } from 'node:test';
import type { Router } from 'express';
import { pino } from 'pino';
import { createApp } from '../../../server/http/app.ts';
import { createSendProblem } from '../../../server/http/problems.ts';

/** The application with some routes, on a free port; stops after the tests of the calling file. */
export async function startApp(routers: readonly Router[]): Promise<Server> {
  const sendProblem = createSendProblem({
    assetUrl: (name) => name,
    logger: pino({ level: 'silent' }),
    trustedProxies: 0,
  });
  const app = createApp({
    facts: { hostname: 'test-host', version: '1.2.3', commit: 'abcdef123456' },
    store: { getRecord: async () => undefined, listRecords: async () => ({ records: [] }) },
    isComplete: () => true,
    settledUntil: () => undefined,
    retentionDays: undefined,
    postApp: (request, response) => sendProblem(request, response, new Error('not under test')),
    sendProblem,
    checkReadToken: undefined,
    checkRecordToken: undefined,
    trustedProxies: 0,
    isDraining: () => false,
    assetUrl: (name) => name,
    routers,
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}
