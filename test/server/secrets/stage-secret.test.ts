import assert from 'node:assert/strict';
import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { GENERATED_SECRET } from '../../../server/contract.ts';
import { openCanaryToken } from '../../../server/secrets/canary-token.ts';
import { fileCache, NO_CACHE, type SecretCache } from '../../../server/secrets/secret-cache.ts';
import { createSecretsClient, openStageSecret } from '../../../server/secrets/stage-secret.ts';
import { clientSettings, startSecretsManager } from '../support/fake-secrets-manager.ts';
import { temporaryFolder } from '../support/processes.ts';

const generated = 'g'.repeat(GENERATED_SECRET.length);
const FIRST = 'the-first-read-token';
const SECOND = 'the-second-read-token';
const valueWith = (...readTokens: string[]) => ({ value: JSON.stringify({ generated, readTokens }) });

const service = await startSecretsManager(valueWith(FIRST));
const log: string[] = [];
const sink = new Writable({
  write(line, _encoding, done) {
    log.push(String(line));
    done();
  },
});
const logger = pino({ level: 'trace' }, sink);

async function open(cache: SecretCache = NO_CACHE, wait: (ms: number) => Promise<unknown> = fail) {
  const client = createSecretsClient(clientSettings(service));
  return openStageSecret({ client, secretId: service.secretId, cache, logger, wait });
}
async function fail(): Promise<never> {
  throw new Error('expected no further attempt');
}

describe('the secret of the stage', () => {
  it('is read at start and again at each refresh', async () => {
    service.answers(valueWith(FIRST));
    const secret = await open();
    assert.deepEqual(secret.current().readTokens, [FIRST]);
    service.answers(valueWith(SECOND, FIRST));
    assert.deepEqual(secret.current().readTokens, [FIRST]);
    await secret.refresh();
    assert.deepEqual(secret.current().readTokens, [SECOND, FIRST]);
  });

  it('keeps its last value while it cannot be read, and says why', async () => {
    service.answers(valueWith(FIRST));
    const secret = await open();
    for (const [answer, reason] of [
      ['no answer', /socket hang up|ECONNRESET/],
      [{ error: 'AccessDeniedException' }, /AccessDeniedException/],
      [{ value: 'not JSON' }, /is not JSON/],
    ] as const) {
      service.answers(answer);
      await secret.refresh();
      assert.deepEqual(secret.current().readTokens, [FIRST]);
      assert.match(log.at(-1) ?? '', reason);
    }
    service.answers(valueWith(SECOND));
    await secret.refresh();
    assert.deepEqual(secret.current().readTokens, [SECOND]);
  });

  it('is waited for at start, because no id can be made without it', async () => {
    service.answers('no answer');
    let attempts = 0;
    const secret = await open(NO_CACHE, async () => {
      if (++attempts === 3) service.answers(valueWith(FIRST));
    });
    assert.equal(attempts, 3);
    assert.deepEqual(secret.current().readTokens, [FIRST]);
  });

  it('comes from the cache while Secrets Manager does not answer at the start of a worker', async () => {
    const file = join(temporaryFolder(), 'secret.json');
    service.answers(valueWith(FIRST));
    await open(fileCache(file));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    service.answers('no answer');
    assert.deepEqual((await open(fileCache(file))).current().readTokens, [FIRST]);
  });

  it('does not depend on the cache', async () => {
    service.answers(valueWith(FIRST));
    const folder = temporaryFolder();
    assert.deepEqual((await open(fileCache(join(folder, 'missing', 'secret.json')))).current().readTokens, [FIRST]);
    const damaged = join(folder, 'secret.json');
    writeFileSync(damaged, 'half a val');
    chmodSync(damaged, 0o600);
    service.answers('no answer');
    await assert.rejects(open(fileCache(damaged)), /expected no further attempt/);
    assert.ok(existsSync(damaged));
  });

  it('is never logged', () => {
    assert.ok(log.length > 0);
    for (const line of log) assert.ok(!line.includes(FIRST) && !line.includes(SECOND) && !line.includes(generated));
  });
});

describe('the token of the canary', () => {
  const openToken = (cache: SecretCache = NO_CACHE) =>
    openCanaryToken({
      client: createSecretsClient(clientSettings(service)),
      secretId: service.secretId,
      cache,
      logger,
    });

  it('is read at start, and kept while it cannot be read', async () => {
    service.answers({ value: 'canary'.repeat(8) });
    const token = await openToken();
    service.answers({ error: 'AccessDeniedException' });
    await token.refresh();
    assert.deepEqual(token.current(), ['canary'.repeat(8)]);
    assert.match(log.at(-1) ?? '', /the canary's token cannot be read/);
  });

  it('comes from the cache while Secrets Manager does not answer at the start of a worker', async () => {
    const file = join(temporaryFolder(), 'canary');
    service.answers({ value: 'canary'.repeat(8) });
    await openToken(fileCache(file));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    service.answers('no answer');
    assert.deepEqual((await openToken(fileCache(file))).current(), ['canary'.repeat(8)]);
    writeFileSync(file, 'short');
    assert.deepEqual((await openToken(fileCache(file))).current(), []);
  });

  it('is missing if it cannot be read at start or is no token: the server serves everybody else', async () => {
    for (const answer of ['no answer', { value: 'short' }] as const) {
      service.answers(answer);
      assert.deepEqual((await openToken()).current(), []);
    }
    assert.doesNotMatch(log.at(-1) ?? '', /"short"/);
  });
});
