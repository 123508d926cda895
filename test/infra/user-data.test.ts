import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { IMAGE_PATHS } from '../../ami/contract.ts';
import { instanceEnvironment, writeEnvironmentScript } from '../../infra/service/user-data.ts';

describe('user data', () => {
  it('writes the environment file atomically, readable by its owner and group, and does nothing else', () => {
    const directory = mkdtempSync(join(tmpdir(), 'stampede-user-data-'));
    const file = join(directory, 'etc/env');
    const environment = instanceEnvironment({
      stage: 'dev',
      region: 'eu-west-1',
      tableName: 'table',
      secretId: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:example',
      canarySecretId: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:canary',
      readToken: 'required',
      writeToken: 'none',
      spillBucket: 'bucket',
      groupName: 'group',
      launchHook: 'ready',
      tableShards: 32,
      retentionDays: 90,
      commitWindowMs: 50,
      rateLimitPerSecond: 100,
      rateLimitBurst: 250,
      loadEndpoint: true,
      tracing: false,
      regions: [],
      domainName: '',
    });
    execFileSync('bash', ['-c', writeEnvironmentScript(environment).replaceAll(IMAGE_PATHS.envFile, file)]);
    const written = readFileSync(file, 'utf8');
    const mode = statSync(file).mode & 0o777;
    rmSync(directory, { recursive: true });
    assert.deepEqual(written.trimEnd().split('\n'), [
      'STAGE=dev',
      'AWS_REGION=eu-west-1',
      'TABLE_NAME=table',
      'SPILL_BUCKET=bucket',
      'SECRET_ID=arn:aws:secretsmanager:eu-west-1:123456789012:secret:example',
      'SECRET_CACHE=/run/stampede/secret.json',
      'CANARY_SECRET_ID=arn:aws:secretsmanager:eu-west-1:123456789012:secret:canary',
      'REQUIRE_READ_TOKEN=on',
      'REQUIRE_WRITE_TOKEN=off',
      'AUTO_SCALING_GROUP_NAME=group',
      'LAUNCH_HOOK_NAME=ready',
      'HOST=0.0.0.0',
      'TRUSTED_PROXIES=1',
      'CLOUDWATCH_METRICS=on',
      'TABLE_SHARDS=32',
      'RETENTION_DAYS=90',
      'COMMIT_WINDOW_MS=50',
      'LOAD_ENDPOINT=on',
      'RATE_LIMIT_PER_SECOND=100',
      'RATE_LIMIT_BURST=250',
    ]);
    assert.equal(mode, 0o640);
  });
});
