/**
 * Hooks of artillery, which append to files. Its workers share them: each line is so short that it is appended at once.
 * On several machines this is the only file besides the script, so it imports only modules of Node.js.
 */
import { execFile } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** Where each of several machines keeps the ids until it sends them. */
const MACHINE_FILE = 'acknowledged.txt';

let acknowledged = 0;

/** Before a request, in drills of a service that requires the token. */
export async function sendWriteToken(request, { vars: { tokenName = 'WRITE_TOKEN' } }) {
  request.headers.authorization = `Bearer ${process.env[tokenName]}`;
}

/** After a response, in drills on AWS: the id of each `keepEvery`th timestamp that was answered with 2xx, one per line. */
export async function recordAcknowledged(_request, response, { vars: { acknowledgedFile, keepEvery } }) {
  if (!isOk(response) || acknowledged++ % keepEvery !== 0) return;
  appendFileSync(acknowledgedFile ?? MACHINE_FILE, `${JSON.parse(response.body).id}\n`);
}

/** At the end, on each of several machines: its ids go to the bucket of artillery, by the AWS CLI of artillery's image. */
export async function sendAcknowledged() {
  appendFileSync(MACHINE_FILE, '');
  const { ARTILLERY_S3_BUCKET: bucket, ARTILLERY_TEST_RUN_ID: run, WORKER_ID: machine } = process.env;
  const to = `s3://${bucket}/test-runs/${run}/acknowledged-${machine}.txt`;
  await promisify(execFile)('aws', ['s3', 'cp', '--only-show-errors', MACHINE_FILE, to]);
}

/** Before a request, in rehearsals: when it is sent. The three hooks write one line of JSON for each event. */
export async function noteSent(_request, context) {
  context.vars.sentAtMs = Date.now();
  note(context, {});
}

/** After a response: its status, milliseconds, and the timestamp that a 2xx acknowledged, or else the problem. */
export async function noteAnswer(_request, response, context) {
  const ms = Math.round(response.timings?.phases?.total ?? 0);
  const timestamp = isOk(response) ? JSON.parse(response.body).timestamp : undefined;
  const problem = isOk(response) ? undefined : problemOf(response);
  note(context, { atMs: Date.now(), status: response.statusCode, ms, timestamp, problem });
}

/** When there is no response: status 0. */
export async function noteError(error, _request, context) {
  note(context, { atMs: Date.now(), status: 0, ms: 0, error: error.code ?? error.message });
}

/** The code of a problem of the service; none if the load balancer has answered. */
function problemOf({ body }) {
  return /"type":"\/docs#([a-z-]+)"/.exec(body)?.[1];
}

function isOk({ statusCode }) {
  return statusCode >= 200 && statusCode <= 299;
}

function note({ vars: { notesFile, sentAtMs } }, line) {
  appendFileSync(notesFile, `${JSON.stringify({ sentAtMs, ...line })}\n`);
}
