import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { ecsOnAws } from './aws/ecs-on-aws.ts';
import { type Answers, startFakeAws } from './aws/fake-aws.ts';
import { muteRulesOnAws } from './aws/mute-rules-on-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { ec2Answer, queryAnswer } from './aws/xml.ts';
import { runEntry } from './run-entry.ts';

const ENTRY = 'scripts/drill.ts';
const FAKE_ARTILLERY = join(import.meta.dirname, 'drills/artillery/fake-artillery.js');

/** Closes a server with its connections at the end of a test. */
const closing = (server: ReturnType<typeof createServer>) => async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
};

/** A service that keeps timestamps in memory; from the nth POST on it answers 503. */
async function startMemoryService(failFrom = Infinity) {
  const ids = new Set<string>();
  let posts = 0;
  const server = createServer(({ method, url = '' }, outgoing) => {
    const answer = (status: number, body: object) => outgoing.writeHead(status).end(JSON.stringify(body));
    if (url === '/users') return answer(400, {});
    if (method !== 'POST') return answer(ids.has(url.slice('/app/'.length)) ? 200 : 404, {});
    posts++;
    if (posts >= failFrom) return answer(503, {});
    ids.add(`id${posts}`);
    return answer(201, { id: `id${posts}`, timestamp: '2026-11-21T07:45:00.123456Z' });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, ids, [Symbol.asyncDispose]: closing(server) };
}

/** A folder for a report. */
async function startFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-drill-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

const calm = (url: string): Answers => ({
  ...stageOnAws({ url }),
  DescribeInstanceRefreshes: queryAnswer('DescribeInstanceRefreshes', {}),
  DescribeScalingActivities: () => {
    const launch = { StatusCode: 'Successful', Description: 'Launching a new EC2 instance: i-9' };
    const old = { StartTime: '2026-01-01T00:00:00Z', StatusCode: 'Successful', Description: 'long ago' };
    return queryAnswer('DescribeScalingActivities', {
      Activities: { member: [{ ...launch, StartTime: new Date().toISOString() }, old] },
    });
  },
  GetMetricData: {
    body: {
      MetricDataResults: [{ Id: 'cpu', Timestamps: [Math.floor(Date.now() / 1_000) - 30], Values: [41.5] }],
    },
  },
});

const alarmOnAws: Answers = {
  DescribeAlarms: ({ params }) => {
    const AlarmActions = ['arn:aws:sns:eu-west-1:111122223333:stampede-dev-pages'];
    const alarm = { AlarmName: 'stampede-dev-service-UserAlarmsSlow4F431CB5-1J2K', StateValue: 'OK', AlarmActions };
    return { body: params['AlarmNamePrefix'] === 'stampede-dev-service-' ? { MetricAlarms: [alarm] } : {} };
  },
  PutAlarmMuteRule: muteRulesOnAws(),
  DeleteAlarmMuteRule: { body: {} },
};

/** What a drill with machines needs of AWS besides ECS. The machines have put the ids into the bucket of artillery. */
const machinesOnAws = (ids: ReadonlySet<string>): Answers => ({
  GetServiceQuota: { body: { Quota: { Value: 6 } } },
  DescribeSubnets: ec2Answer('DescribeSubnets', { subnetSet: { item: [{ subnetId: 'subnet-0a1111111111111aa' }] } }),
  DeleteParameter: { status: 400, body: { __type: 'ParameterNotFound' } },
  ListBucket: ({ params }) => {
    const keys = ['one', 'two'].map((machine) => `<Contents><Key>${params['Prefix']}${machine}.txt</Key></Contents>`);
    const page = `<KeyCount>2</KeyCount><IsTruncated>false</IsTruncated>${keys.join('')}`;
    return { body: `<ListBucketResult>${page}</ListBucketResult>` };
  },
  GetObject: ({ params }) => {
    const isFirst = String(params['Key']).endsWith('one.txt');
    const own = [...ids].filter((_, index) => index % 2 === (isFirst ? 0 : 1));
    return { body: own.map((id) => `${id}\n`).join('') };
  },
});

const DENIED = ['TerminateInstances', 'DeregisterTargets', 'StartInstanceRefresh'];

async function drill(answers: Answers, ...args: string[]) {
  await using aws = await startFakeAws(answers);
  const finished = await runEntry(ENTRY, [...args, '--artillery', FAKE_ARTILLERY], { env: aws.env });
  return { ...finished, operations: aws.requests.map(({ operation }) => operation) };
}

// The tests wait most of their time, as the drills do.
describe('npm run drill', { concurrency: 4 }, () => {
  it('loads the stage, reads back what it acknowledged, and reports', async () => {
    await using service = await startMemoryService();
    await using report = await startFolder();
    const args = ['steady', '--duration', '2', '--yes', '--out', report.folder];
    const { code, stdout, stderr } = await drill(calm(service.url), ...args);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stderr, /Cost {4}at most 0\.00 USD beyond the running stage \(100 writes 0\.00/);
    assert.match(stdout, /✓ {2}every acknowledged timestamp is stored +(\d+) of \1 found\n/);
    assert.match(stdout, /Drill of dev: passed, 6 of 6 checks passed\n\nReport: .*report\.html/);
    const { runs } = JSON.parse(await readFile(join(report.folder, 'report.json'), 'utf8'));
    assert.deepEqual(
      runs[0].run.events.map(({ text }: { text: string }) => text).filter((text: string) => /Launch|ago/.test(text)),
      ['Launching a new EC2 instance: i-9'],
    );
    assert.equal(runs[0].run.observations[0].cpuPercent, 41.5);
    assert.equal(runs[0].run.observations[0].inService, 2);
  });

  it('runs without the rights that only its estimate and its report need', async () => {
    await using service = await startMemoryService();
    await using report = await startFolder();
    const { DescribeInstances, DescribeScalingActivities, GetMetricData, ...granted } = calm(service.url);
    const args = ['steady', '--duration', '1', '--yes', '--out', report.folder];
    const { code, stdout, stderr } = await drill(granted, ...args);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stderr, /Cost {4}unknown: cannot read the instances: the credentials may not do this/);
    const [{ run }] = JSON.parse(await readFile(join(report.folder, 'report.json'), 'utf8')).runs;
    assert.deepEqual(
      run.events.flatMap(
        ({ text }: { text: string }) => /^not in this report: cannot read the \S+ of/.exec(text) ?? [],
      ),
      ['not in this report: cannot read the activities of', 'not in this report: cannot read the CPU of'],
    );
  });

  it('sends a light load itself, without artillery, for pipelines', async () => {
    await using service = await startMemoryService();
    await using report = await startFolder();
    const args = ['steady', '--load', 'built-in', '--duration', '2', '--rate', '10', '--yes', '--out', report.folder];
    await using aws = await startFakeAws(calm(service.url));
    const missing = ['--artillery', join(report.folder, 'not-installed')];
    const { code, stdout, stderr } = await runEntry(ENTRY, [...args, ...missing], { env: aws.env });
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /✓ {2}requests are answered +0 of 20 failed/);
    assert.match(stdout, /✓ {2}every acknowledged timestamp is stored +20 of 20 found\n/);
  });

  it('loads from several machines, proves what they acknowledged, and removes them', async () => {
    await using service = await startMemoryService();
    await using report = await startFolder();
    const ecs = ecsOnAws(2);
    const answers = { ...calm(service.url), ...ecs.answers, ...machinesOnAws(service.ids) };
    const args = ['steady', '--machines', '2', '--rate', '2', '--duration', '2', '--yes', '--out', report.folder];
    const { code, stdout, stderr, operations } = await drill(answers, ...args);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stderr, /\nFrom {4}2 machines \(tasks of AWS Fargate, .*\) in subnet-0a1111111111111aa\n/);
    assert.match(stderr, /\nCost {4}at most \S+ USD .* 2 machines for 0\.2 h 0\.0\d/);
    assert.match(
      stderr,
      /If this process is killed, delete what is left with npm run drill -- --clean-up --stage dev\n/,
    );
    assert.match(stdout, /✓ {2}every acknowledged timestamp is stored +(\d+) of \1 found\n/);
    assert.match(stdout, /✓ {2}every machine sends what was acknowledged +\d+ ids of 2 machines\n/);
    assert.match(stdout, /✓ {2}the machines are removed +all\n/);
    assert.deepEqual([...ecs.clusters], []);
    assert.equal(operations.filter((name) => name === 'StopTask').length, 2);
    assert.ok(operations.indexOf('ListBucket') > operations.lastIndexOf('DeleteCluster'));
    // The drill has begun with the load, not two seconds before it.
    const [{ run }] = JSON.parse(await readFile(join(report.folder, 'report.json'), 'utf8')).runs;
    assert.ok(run.observations[0].second < 2);
  });

  it('removes the machines of a drill that was killed', async () => {
    const ecs = ecsOnAws(2, 'stampede-dev-drill');
    await using aws = await startFakeAws({ ...ecs.answers, DeleteParameter: { body: {} } });
    const asked = await runEntry(ENTRY, ['--clean-up'], { env: aws.env });
    assert.equal(asked.code, 1);
    assert.match(asked.stderr, /Removes the machines of a drill of stage dev, also of one that is running\./);
    assert.equal(ecs.clusters.size, 1);
    const { code, stdout, stderr } = await runEntry(ENTRY, ['--clean-up', '--yes'], { env: aws.env });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'No machines of drills of dev are left in eu-west-1\n');
    assert.deepEqual([...ecs.clusters], []);
  });

  it('predicts the effect of the load on the deployed alarms and steps', async () => {
    await using service = await startMemoryService();
    await using report = await startFolder();
    const args = ['scale-out', '--duration', '4', '--capacity', '1000', '--yes', '--out', report.folder];
    const { code, stdout, stderr } = await drill(calm(service.url), ...args);
    assert.equal(code, 1, stdout + stderr);
    assert.match(stdout, /\n {2}· {2}predicted peak 2 instances, measured 2\n/);
    const [{ run }] = JSON.parse(await readFile(join(report.folder, 'report.json'), 'utf8')).runs;
    assert.equal(run.prediction.requestsPerInstance, 1_000);
    assert.equal(run.prediction.seconds.length, run.observations.length);
    const [{ requestsPerS }, { demandPerS, cpuPercent }] = [run.observations[0], run.prediction.seconds[0]];
    assert.equal(demandPerS, requestsPerS);
    // Two instances of the group share what one could take at 100 % CPU.
    assert.equal(cpuPercent, (100 * requestsPerS) / 2 / 1_000);
  });

  it('stops when too many requests fail, and fails', async () => {
    await using service = await startMemoryService(4);
    await using report = await startFolder();
    const args = ['steady', '--duration', '60', '--yes', '--out', report.folder];
    const { code, stdout, stderr } = await drill(calm(service.url), ...args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /STOP: 3 of 3 requests failed in the last 30 s/);
    assert.match(stdout, /✗ {2}the drill ran to its end +3 of 3 requests failed .*expected no stop condition/);
  });

  it('fails when an acknowledged timestamp is not stored', async () => {
    await using service = await startMemoryService();
    service.ids.add = () => service.ids;
    await using report = await startFolder();
    const args = ['steady', '--duration', '1', '--yes', '--out', report.folder];
    const { code, stdout } = await drill(calm(service.url), ...args);
    assert.equal(code, 1);
    assert.match(stdout, /✗ {2}every acknowledged timestamp is stored +0 of \d+ found, expected all of them/);
  });

  it('registers a lost zone again when it is interrupted', async () => {
    await using service = await startMemoryService();
    await using report = await startFolder();
    await using aws = await startFakeAws({
      ...calm(service.url),
      DeregisterTargets: queryAnswer('DeregisterTargets', {}),
      RegisterTargets: queryAnswer('RegisterTargets', {}),
      ...alarmOnAws,
    });
    const args = ['lose-az', '--fault-at', '1', '--yes', '--out', report.folder, '--artillery', FAKE_ARTILLERY];
    const env = { PATH: process.env['PATH'], AWS_EC2_METADATA_DISABLED: 'true', ...aws.env };
    const child = spawn(process.execPath, [ENTRY, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const stderr = await interruptWhen(child, /eu-west-1a lost/);
    const [code] = await once(child, 'close');
    assert.equal(code, 130, stderr.join('\n'));
    assert.equal(
      stderr.at(-1),
      'Restored: deregister i-0a1111111111111aa, all of eu-west-1a, and register them again afterwards',
    );
    const [gone, back] = ['DeregisterTargets', 'RegisterTargets'].map((name) =>
      aws.requests.filter(({ operation }) => operation === name).map(({ params }) => params),
    );
    assert.equal(gone?.length, 1);
    assert.deepEqual(back, gone);
    const mutes = aws.requests.map(({ operation }) => operation).filter((name) => name.endsWith('MuteRule'));
    assert.deepEqual(mutes, ['PutAlarmMuteRule', 'DeleteAlarmMuteRule']);
  });

  it('mutes the alarms that notify people, and ends that when it is over', async () => {
    await using service = await startMemoryService();
    await using report = await startFolder();
    const args = ['steady', '--duration', '1', '--yes', '--out', report.folder];
    const { code, stdout, stderr, operations } = await drill({ ...calm(service.url), ...alarmOnAws }, ...args);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stderr, /\nMuted {3}1 alarms, for \d+ minutes at most\n/);
    const mutes = operations.filter((name) => name.endsWith('MuteRule'));
    assert.deepEqual(mutes, ['PutAlarmMuteRule', 'DeleteAlarmMuteRule']);
  });

  it('does nothing if the alarms cannot be muted, unless they may notify people', async () => {
    await using service = await startMemoryService();
    await using report = await startFolder();
    const { PutAlarmMuteRule: _, ...denied } = { ...calm(service.url), ...alarmOnAws };
    const args = ['steady', '--duration', '1', '--yes', '--out', report.folder];
    const refused = await drill(denied, ...args);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /\ndrill: cannot mute 1 alarms: the credentials may not do this: .*--unmuted/);
    const loud = await drill(denied, ...args, '--unmuted');
    assert.equal(loud.code, 0, loud.stderr);
    assert.match(loud.stderr, /\nMuted {3}nothing: people are notified\n/);
  });

  it('asks for confirmation, and does nothing without an answer', async () => {
    await using service = await startMemoryService();
    const { code, stderr, operations } = await drill(calm(service.url), 'kill-instance');
    assert.equal(code, 1);
    assert.match(
      stderr,
      /Fault {3}terminate i-0a1111111111111aa in eu-west-1a; its group replaces it\nCost {4}at most/,
    );
    assert.match(stderr, /This loads and may harm the stage dev\. There is no terminal to ask on: pass --yes/);
    assert.deepEqual(
      operations.filter((operation) => DENIED.includes(operation)),
      [],
    );
  });

  it('says what a game day costs at most before it asks, and installs its load generator before that', async () => {
    await using service = await startMemoryService();
    const { code, stderr, operations } = await drill(calm(service.url), '--game-day');
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^Game day {2}steady \(\d+ min\), .*\nCost {6}at most \d+\.\d\d USD beyond the running stage \(steady [\d.]+, kill-instance [\d.]+, .*\)\n/m,
    );
    assert.match(stderr, /it may be unavailable for minutes\. There is no terminal to ask on: pass --yes/);
    assert.deepEqual(
      operations.filter((operation) => DENIED.includes(operation)),
      [],
    );
    await using aws = await startFakeAws(calm(service.url));
    const without = await runEntry(ENTRY, ['--game-day', '--artillery', '/nonexistent'], { env: aws.env });
    assert.match(without.stderr, /^drill: there is no artillery at \/nonexistent/);
  });

  it('refuses a target that is another deployment', async () => {
    await using service = await startMemoryService();
    await using other = await startMemoryService();
    const { code, stderr } = await drill(calm(service.url), 'steady', '--target', other.url, '--yes');
    assert.equal(code, 1);
    assert.match(stderr, /a timestamp recorded at .* is not found at .*: is --stage right\?/);
  });

  it('says that the target does not answer', async () => {
    const { code, stderr } = await drill(calm('http://127.0.0.1:9'), 'steady', '--yes');
    assert.equal(code, 1);
    assert.match(stderr, /drill: GET http:\/\/127\.0\.0\.1:9\/app\?limit=1 got no answer/);
  });

  it('refuses a stage that is being changed', async () => {
    const { code, stderr } = await drill(stageOnAws(), 'steady', '--yes');
    assert.equal(code, 1);
    assert.match(stderr, /drill: an instance refresh is InProgress: wait until the stage is stable/);
  });

  it('says that there are no credentials', async () => {
    const env = { AWS_REGION: 'eu-west-1' };
    const { code, stderr } = await runEntry(ENTRY, ['steady', '--artillery', FAKE_ARTILLERY], { env });
    assert.equal(code, 1);
    assert.match(stderr, /^drill: cannot read the stack stampede-dev-service: no AWS credentials were found: log in/);
  });

  it('says that the given artillery does not exist', async () => {
    await using service = await startMemoryService();
    await using aws = await startFakeAws(calm(service.url));
    const { code, stderr } = await runEntry(ENTRY, ['steady', '--artillery', '/nonexistent'], { env: aws.env });
    assert.equal(code, 1);
    assert.match(stderr, /^drill: there is no artillery at \/nonexistent: expected its program, such as \/.*\/run$/m);
  });

  it('refuses a command line that makes no sense', async () => {
    const cases: [string[], RegExp][] = [
      [[], /<drill> is missing: steady, scale-out, kill-instance, lose-az, .*, or --game-day instead/],
      [['steady', '--game-day'], /<drill> is missing: .*, or --game-day instead/],
      [['meteor'], /there is no drill 'meteor': expected steady/],
      [['steady', '--rate', '0'], /--rate is '0': expected a whole number, 1 or more/],
      [['steady', '--stop-errors', '200'], /--stop-errors is '200': expected a percentage above 0, at most 100/],
      [['steady', '--image', 'ami-0123456789abcdef0'], /--image is 'ami-.*': expected it with rolling-deploy only/],
      [['rolling-deploy', '--image', 'latest'], /--image is 'latest': expected the id of an image/],
      [
        ['steady', '--machines', '2', '--load', 'built-in'],
        /--machines is '2': expected it with --load artillery only/,
      ],
      [['steady', '--subnet', 'subnet-0a1111111111111aa'], /--subnet is '.*': expected it with --machines only/],
      [['steady', '--clean-up'], /<drill> is 'steady': expected --clean-up alone/],
      [['steady', '--target', 'example.org'], /--target is 'example\.org'/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await runEntry(ENTRY, args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
  });
});

/** Sends an interrupt once the process has said something; returns its lines, which grow until it ends. */
async function interruptWhen(child: ChildProcess, said: RegExp): Promise<string[]> {
  const lines: string[] = [];
  const found = Promise.withResolvers<void>();
  createInterface({ input: child.stderr ?? assert.fail('no stderr') }).on('line', (line) => {
    lines.push(line);
    if (said.test(line)) found.resolve();
  });
  child.once('close', () => found.reject(new Error(`it ended without saying ${said}: ${lines.join('\n')}`)));
  await found.promise;
  child.kill('SIGINT');
  return lines;
}
