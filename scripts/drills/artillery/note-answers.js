import { appendFileSync } from 'node:fs';

/**
 * Hooks of artillery that note each request when it is sent, and what became of it, one line of JSON each: when, status
 * (0: no answer), milliseconds, and the timestamp that a 2xx acknowledged. Artillery's workers share the file; lines this
 * short are appended whole.
 */
const note = (context, line) =>
  appendFileSync(context.vars.notesFile, `${JSON.stringify({ sentAtMs: context.vars.sentAtMs, ...line })}\n`);

export async function noteSent(_request, context) {
  context.vars.sentAtMs = Date.now();
  note(context, {});
}

export async function noteAnswer(_request, response, context) {
  const { statusCode: status, body, timings } = response;
  const ms = Math.round(timings?.phases?.total ?? 0);
  const timestamp = status >= 200 && status <= 299 ? JSON.parse(body).timestamp : undefined;
  note(context, { atMs: Date.now(), status, ms, timestamp });
}

export async function noteError(error, _request, context) {
  note(context, { atMs: Date.now(), status: 0, ms: 0, error: error.code ?? error.message });
}
