import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { startDatabase } from '../server/support/database.ts';
import { startService } from '../server/support/service.ts';
import { secretArn } from './aws/example-stage.ts';
import { type Answers, startFakeAws } from './aws/fake-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { runEntry } from './run-entry.ts';

const RECORD = { id: '1k7t0ud3tg00004015rm2v0q800000a1', timestamp: '2026-11-21T07:45:00.123456Z' };

type Reply = readonly [status: number, body: object];

/** A service that answers as scripted: first the POST, then each GET. */
async function startScriptedService(...replies: Reply[]) {
  const requests: string[] = [];
  const tokens: (string | undefined)[] = [];
  const server = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    tokens.push(incoming.headers.authorization?.replace('Bearer ', ''));
    const [status, body] = replies.shift() ?? [500, {}];
    outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    /** The token of each request. */
    tokens,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('npm run post', () => {
  it('records and reads back with the server itself', async () => {
    const { url } = await startService(await startDatabase());
    const { code, stdout, stderr } = await runEntry('scripts/post.ts', ['--url', url, '--verify']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\nRecorded and read back: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\n$/);
  });

  it('records nothing twice when it repeats a request with its key', async () => {
    const { url } = await startService(await startDatabase());
    const post = async (key: string) => (await runEntry('scripts/post.ts', ['--url', url, '--key', key])).stdout;
    const recordOf = (stdout: string) => JSON.parse(stdout.split('\n')[2] ?? '').id;
    const first = recordOf(await post('my-key'));
    assert.equal(recordOf(await post('my-key')), first);
    assert.notEqual(recordOf(await post('another-key')), first);
  });

  it('posts to the URL of the stage and prints status and body', async () => {
    await using service = await startScriptedService([201, RECORD]);
    await using aws = await startFakeAws(stageOnAws({ url: service.url }));
    const { code, stdout, stderr } = await runEntry('scripts/post.ts', [], { env: aws.env });
    assert.equal(code, 0, stderr);
    assert.deepEqual(service.requests, ['POST /app']);
    assert.match(
      stdout,
      /^POST http:\/\/127\.0\.0\.1:\d+\/app\n201 Created in \d+ ms\n\{"id":"1k7t.*00\.123456Z"\}\n$/,
    );
  });

  it('reads the timestamp back when asked to, as soon as it is there', async () => {
    await using service = await startScriptedService([201, RECORD], [404, {}], [200, RECORD]);
    const { code, stdout, stderr } = await runEntry('scripts/post.ts', ['--url', service.url, '--verify']);
    assert.equal(code, 0, stderr);
    const read = `GET /app/${RECORD.id}`;
    assert.deepEqual(service.requests, ['POST /app', read, read]);
    assert.match(stdout, /\nRecorded and read back: 2026-11-21T07:45:00\.123456Z\n$/);
  });

  describe('of a service that requires tokens', () => {
    const generated = 'r'.repeat(48) + 'w'.repeat(48) + 'k'.repeat(48);
    const stageWith = (url: string, value: object): Answers => ({
      ...stageOnAws({ url }),
      GetSecretValue: ({ params }) => {
        assert.equal(params['SecretId'], secretArn('dev'));
        return { body: { ARN: secretArn('dev'), SecretString: JSON.stringify(value) } };
      },
    });
    const refused: Reply = [401, {}];

    it("sends the newest tokens of the stage's secret", async () => {
      await using service = await startScriptedService(refused, [201, RECORD], refused, [200, RECORD]);
      await using aws = await startFakeAws(
        stageWith(service.url, { generated, readTokens: ['the-newest-token', 'an-older-token'] }),
      );
      const { code, stdout, stderr } = await runEntry('scripts/post.ts', ['--verify'], { env: aws.env });
      assert.equal(code, 0, stderr);
      assert.deepEqual(service.tokens, [undefined, 'w'.repeat(48), undefined, 'the-newest-token']);
      assert.doesNotMatch(stdout + stderr, /wwww|newest-token/);
    });

    it('sends those of the environment to another server', async () => {
      await using service = await startScriptedService(refused, [201, RECORD]);
      const env = { WRITE_TOKEN: 'a-token-of-16-or-more' };
      const { code, stderr } = await runEntry('scripts/post.ts', ['--url', service.url], { env });
      assert.equal(code, 0, stderr);
      assert.deepEqual(service.tokens, [undefined, 'a-token-of-16-or-more']);
    });

    it('says which variable to set for another server', async () => {
      await using service = await startScriptedService([201, RECORD], refused);
      const { code, stderr } = await runEntry('scripts/post.ts', ['--url', service.url, '--verify']);
      assert.equal(code, 1);
      assert.match(stderr, /\npost: the service requires a token: set READ_TOKEN\n$/);
    });

    it('does not show the value of a secret that it cannot read', async () => {
      await using service = await startScriptedService(refused);
      await using aws = await startFakeAws(stageWith(service.url, { generated: ['secret-text'] }));
      const { code, stdout, stderr } = await runEntry('scripts/post.ts', [], { env: aws.env });
      assert.equal(code, 1);
      assert.match(stderr, /^post: the secret arn:aws:secretsmanager:\S+ has another format than the server expects/);
      assert.doesNotMatch(stdout + stderr, /secret-text/);
    });
  });

  it('succeeds if the timestamp is accepted during an outage of the database', async () => {
    await using service = await startScriptedService([202, RECORD], [200, RECORD]);
    const { code, stdout } = await runEntry('scripts/post.ts', ['--url', service.url, '--verify']);
    assert.equal(code, 0);
    assert.match(stdout, /\n202 Accepted in \d+ ms\n/);
  });

  it('fails when another timestamp is read back', async () => {
    await using service = await startScriptedService(
      [201, RECORD],
      [200, { ...RECORD, timestamp: '2026-11-21T00:00:00.000000Z' }],
    );
    const { code, stderr } = await runEntry('scripts/post.ts', ['--url', service.url, '--verify']);
    assert.equal(code, 1);
    assert.match(stderr, /post: recorded 2026-11-21T07:45:00\.123456Z, but read 2026-11-21T00:00:00\.000000Z/);
  });

  it('fails for each answer that does not record', async () => {
    const cases: [Reply, RegExp][] = [
      [
        [503, { title: 'Draining' }],
        /^post: expected 201 Created or 202 Accepted, got 503: \{"title":"Draining"\}; repeat it with --key \S+, which records nothing twice\n$/,
      ],
      [[200, {}], /^post: expected 201 Created or 202 Accepted, got 200: \{\}; repeat it with --key/],
      [[201, { id: 'x' }], /^post: the answer has no id or no timestamp, is this Stampede\? \{"id":"x"\}\n$/],
    ];
    for (const [reply, message] of cases) {
      await using service = await startScriptedService(reply);
      const { code, stderr } = await runEntry('scripts/post.ts', ['--url', service.url]);
      assert.equal(code, 1);
      assert.match(stderr, message);
    }
  });

  it('says that the server does not answer', async () => {
    const { code, stderr } = await runEntry('scripts/post.ts', ['--url', 'http://127.0.0.1:9']);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^post: POST http:\/\/127\.0\.0\.1:9\/app got no answer: .+; repeat it with --key [0-9a-f-]{36}, which records nothing twice\n$/,
    );
  });

  it('refuses a value that is not a URL', async () => {
    const { code, stderr } = await runEntry('scripts/post.ts', ['--url', 'example']);
    assert.equal(code, 2);
    assert.match(stderr, /^post: --url is 'example': expected http:\/\/ or https:\/\/ and a host/);
  });
});
