/**
 * The canary: posts a timestamp to the public name of the stage and reads it back, as a client would. Its log line is a
 * data point for CloudWatch (embedded metric format), so a failed check is no failed invocation.
 */
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Longer than the server takes at most (8 s). */
const ANSWER_MS = 10_000;
/** Reads are eventually consistent, and an overloaded server refuses reads before writes. */
const READABLE_MS = 5_000;
const READ_AGAIN_MS = 200;

/** Two attempts fit into the time of a run. Without a timeout, a lost answer would take all of it. */
const secrets = new SecretsManagerClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
});
let token;

export async function handler() {
  // Not console.log, which begins lines with the time and the id of the request: that would not be JSON.
  await runCanary((line) => process.stdout.write(line));
}

export async function runCanary(write) {
  const { STAGE: stage, METRIC_NAMESPACE: namespace } = process.env;
  const run = await check();
  const metrics = [
    { Name: 'Success', Unit: 'Percent' },
    { Name: 'PostTime', Unit: 'Milliseconds' },
  ];
  const line = {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [['Stage']], Metrics: metrics }],
    },
    Stage: stage,
    ...run,
  };
  write(`${JSON.stringify(line)}\n`);
  return run;
}

/** What one run found. The time of a request that got no answer counts as well. */
async function check() {
  const begin = performance.now();
  let PostTime;
  try {
    token ??= await readToken();
    const headers = { 'idempotency-key': `"canary-${randomUUID()}"` };
    const from = performance.now();
    const posted = await send('POST', '/app', headers).finally(() => {
      PostTime = Math.round(performance.now() - from);
    });
    if (posted.status !== 201) throw new Error(`POST /app: expected 201, got ${posted.status}: ${posted.body}`);
    const { id, timestamp } = JSON.parse(posted.body);
    await readBack(id, timestamp);
    return { Success: 100, PostTime, id };
  } catch (error) {
    // The token may have been replaced.
    token = undefined;
    return { Success: 0, PostTime: PostTime ?? Math.round(performance.now() - begin), reason: error.message };
  }
}

async function readToken() {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: process.env.SECRET_ID }));
  return SecretString;
}

async function readBack(id, timestamp) {
  const path = `/app/${encodeURIComponent(id)}`;
  const deadline = performance.now() + READABLE_MS;
  for (;;) {
    const { status, body } = await send('GET', path);
    if (status === 200) {
      const stored = JSON.parse(body).timestamp;
      if (stored === timestamp) return;
      throw new Error(`GET ${path}: expected the timestamp ${timestamp}, got ${stored}`);
    }
    if (![404, 503].includes(status) || performance.now() > deadline)
      throw new Error(`GET ${path}: expected 200, got ${status}: ${body}`);
    await delay(READ_AGAIN_MS);
  }
}

/** Sends a request on a connection of its own: one that was kept since the last run would have been closed meanwhile. */
async function send(method, path, headers = {}) {
  const { STAGE: stage, URL: url, CHECK_NAME: checkName } = process.env;
  const { request } = url.startsWith('https:') ? https : http;
  const options = {
    method,
    agent: false,
    signal: AbortSignal.timeout(ANSWER_MS),
    headers: {
      accept: 'application/json',
      'user-agent': `stampede-canary/${stage}`,
      authorization: `Bearer ${token}`,
      ...headers,
    },
    // The certificate is of another name than the load balancer's own.
    ...(checkName === 'off' && { checkServerIdentity: () => undefined }),
  };
  try {
    const response = await new Promise((resolve, reject) => {
      request(new URL(path, url), options, resolve).on('error', reject).end();
    });
    const chunks = await response.toArray();
    return { status: response.statusCode, body: Buffer.concat(chunks).toString().slice(0, 1_000) };
  } catch (error) {
    throw new Error(`${method} ${path}: no answer: ${error.cause?.message ?? error.message}`, { cause: error });
  }
}
