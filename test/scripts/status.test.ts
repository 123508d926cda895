import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statusReport } from '../../scripts/status/report.ts';
import { stagesReport } from '../../scripts/status/stages.ts';
import { deletableStages } from './aws/deletable-stage.ts';
import { APP_INSTANCES } from './aws/example-stage.ts';
import { type Answers, queryError, startFakeAws } from './aws/fake-aws.ts';
import { metricsOnAws } from './aws/metrics-on-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { queryAnswer } from './aws/xml.ts';
import { runEntry } from './run-entry.ts';

const METRICS_OF_A_DAY = {
  TimestampsRecorded: 1_800_000,
  TimestampsSpilled: 12,
  TimestampsFailed: 3,
  WriteUnits: 100_000,
  ConsumedWriteCapacityUnits: 101_000,
  GroupInServiceInstances: 2,
  ClockErrorBound: 0.84,
  OldestSpillAge: 40,
  DeadLetters: 2,
  ExecutionsSucceeded: 1,
};

describe('npm run status', () => {
  it('shows fleet, refresh, targets, bastion and alarms of a stage', async () => {
    const [first, second] = APP_INSTANCES;
    assert.ok(first && second);
    const instances = [first, { ...second, target: 'unhealthy', lifecycle: 'Pending:Wait' }];
    await using aws = await startFakeAws({
      ...stageOnAws({ instances }),
      GetMetricData: metricsOnAws(METRICS_OF_A_DAY),
    });
    const { code, stdout, stderr } = await runEntry('scripts/status.ts', [], { env: aws.env });
    assert.equal(code, 0, stderr);
    const withoutAges = stdout
      .replaceAll(/\d+d \d+h|\d+h \d+m|\b\d+m\b/g, '<age>')
      .replaceAll(/\d+\.\d\d USD/g, '<usd> USD')
      .replaceAll(/ +/g, ' ');
    assert.equal(
      withoutAges,
      `Stage dev
Url http://stampede.example.org
Fleet 2 wanted (2 to 6), 2 there, 1 healthy
Refresh InProgress 50 % Waiting for instances to warm up
Bastion parked
Last day 1,800,000 recorded, 18.0 per write unit, 101,000 write units, 12 spilled, 3 failed
Price <usd> USD by list prices, without backups, <usd> USD per million timestamps
Spill the oldest block waits for 40 s; 2 dead letters: npm run replay
Clock error at most 0.84 ms
Image ami-0123456789abcdef0, <age> old
Restore test succeeded <age> ago

INSTANCE ZONE LIFECYCLE TARGET IMAGE AGE
i-0a1111111111111aa eu-west-1a InService healthy ami-0123456789abcdef0 <age>
i-0b2222222222222bb eu-west-1b Pending:Wait unhealthy Health checks failed with these codes: [503] ami-0123456789abcdef0 <age>

Alarms: 1 in alarm, 1 without data, 1 ok
ALARM stampede-dev-service-UserAlarmsSlow4F431CB5-1J2K <age> Threshold Crossed: 3 datapoints were greater than the threshold (0.5).
INSUFFICIENT_DATA stampede-dev-operations-AlarmsStaleImage96D18240-3L4M <age>
`,
    );
    assert.deepEqual(aws.requests.find(({ operation }) => operation === 'DescribeInstances')?.params, {
      'InstanceId.1': first.id,
      'InstanceId.2': second.id,
    });
  });
});

describe('the last day in npm run status', () => {
  it('shows the rest if a row cannot be read', async () => {
    const { GetMetricData: _, ...others } = stageOnAws();
    await using aws = await startFakeAws(others);
    const { code, stdout } = await runEntry('scripts/status.ts', [], { env: aws.env });
    assert.equal(code, 0);
    assert.match(stdout, /\nLast day +not known: cannot read the metrics .*the credentials may not do this/);
    assert.match(stdout, /\nImage +ami-0123456789abcdef0, /);
  });

  it('distinguishes what is zero from what is not published', async () => {
    await using aws = await startFakeAws(stageOnAws());
    const { stdout } = await runEntry('scripts/status.ts', [], { env: aws.env });
    const rows = stdout.replaceAll(/ +/g, ' ');
    assert.match(rows, /\nLast day 0 recorded, 0 write units, 0 spilled, 0 failed\n/);
    assert.match(rows, /\nSpill not known\nClock error not known\n/);
    assert.match(rows, /\nRestore test none succeeded within two months\n/);
    assert.doesNotMatch(rows, /Replication/);
  });

  it('is shown for each region of a stage', async () => {
    const answers = { ...stageOnAws(), GetMetricData: metricsOnAws({ ReplicationLag: 6 }) };
    await using aws = await startFakeAws(answers);
    const args = ['--regions', 'eu-west-1,eu-central-1'];
    const { stdout, stderr } = await runEntry('scripts/status.ts', args, { env: aws.env });
    assert.deepEqual(stdout.match(/^Region +\S+$/gm), ['Region   eu-west-1', 'Region   eu-central-1'], stderr);
    assert.equal(stdout.match(/^Replication +the other regions are 6 s behind$/gm)?.length, 2);
  });
});

describe('npm run status -- --all', () => {
  it('lists the stages of the account with age, expiry and the price of an idle day', async () => {
    const { answers } = deletableStages({ stage: 'dev' }, { stage: 'pr-1', expires: '2026-11-20T16:00:00Z' });
    await using aws = await startFakeAws(answers);
    const { code, stdout, stderr } = await runEntry('scripts/status.ts', ['--all'], { env: aws.env });
    assert.equal(code, 0, stderr);
    const lines = stdout
      .replaceAll(/\d+d \d+h/g, '<time>')
      .replaceAll(/ +/g, ' ')
      .split('\n');
    assert.equal(lines[0], 'STAGE STACKS AGE EXPIRES USD A DAY');
    // The stacks of this example have no launch template, so their price is not known.
    assert.match(lines[1] ?? '', /^dev 4 UPDATE_COMPLETE <time> never not known: /);
    assert.match(lines[2] ?? '', /^pr-1 4 UPDATE_COMPLETE <time> <time> ago not known: /);
  });

  it('lists the other stages although the templates of one cannot be read', async () => {
    const { answers } = deletableStages({ stage: 'dev' }, { stage: 'pr-1' });
    const { GetTemplate }: Answers = answers;
    assert.ok(typeof GetTemplate === 'function');
    await using aws = await startFakeAws({
      ...answers,
      GetTemplate: (request) =>
        String(request.params['StackName']).startsWith('stampede-pr-1-')
          ? queryError(400, 'ValidationError', 'Stack with id stampede-pr-1-data does not exist')
          : GetTemplate(request),
    });
    const { code, stdout, stderr } = await runEntry('scripts/status.ts', ['--all'], { env: aws.env });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\npr-1 .* not known: cannot read the template of stampede-pr-1-/);
  });

  it('says that there is none', async () => {
    await using aws = await startFakeAws({ DescribeStacks: queryAnswer('DescribeStacks', { Stacks: {} }) });
    const { stdout } = await runEntry('scripts/status.ts', ['--all'], { env: aws.env });
    assert.equal(stdout, 'No stage is deployed in eu-west-1\n');
  });
});

describe('stagesReport', () => {
  it('adds up the known prices', () => {
    const now = new Date('2026-11-27T12:00:00Z');
    const stage = { stacks: [], createdAt: new Date('2026-11-27T04:00:00Z'), expires: undefined };
    const rows = [
      { ...stage, stage: 'dev', dayUsd: 4.5 },
      { ...stage, stage: 'pr-1', expires: new Date('2026-11-27T13:30:00Z'), dayUsd: 3.25 },
    ];
    assert.equal(
      stagesReport(rows, 'eu-west-1', now).replaceAll(/ +/g, ' '),
      `STAGE STACKS AGE EXPIRES USD A DAY
dev 8h 0m never 4.50
pr-1 8h 0m in 1h 30m 3.25

An idle day of all 2 in eu-west-1 costs 7.75 USD, by list prices; traffic and stored data are extra`,
    );
  });
});

describe('statusReport', () => {
  const group = { name: 'g', min: 0, desired: 0, max: 1, members: [], launchTemplate: undefined, subnets: [] };
  const empty = {
    stage: 'dev',
    url: 'http://u',
    group,
    refresh: undefined,
    targets: [],
    instances: [],
    bastion: group,
    day: [],
  };

  it('describes a fleet without instances, refresh and alarms', () => {
    assert.equal(
      statusReport({ ...empty, alarms: [] }, new Date(0)),
      `Stage    dev
Url      http://u
Fleet    0 wanted (0 to 1), 0 there, 0 healthy
Refresh  none yet
Bastion  parked

INSTANCE  ZONE  LIFECYCLE  TARGET  IMAGE  AGE

Alarms: 0 in alarm, 0 without data, 0 ok`,
    );
  });

  it('puts what is in alarm before what has no data, each with its age', () => {
    const alarm = (name: string, state: string, minutes: number) => ({
      name,
      state,
      reason: 'because',
      since: new Date(-minutes * 60_000),
      actions: ['arn:aws:sns:eu-west-1:123456789012:alarms'],
    });
    const alarms = [alarm('a', 'INSUFFICIENT_DATA', 59), alarm('b', 'ALARM', 60 * 25), alarm('c', 'ALARM', 61)];
    const lines = statusReport({ ...empty, alarms }, new Date(0))
      .split('\n')
      .slice(-3);
    assert.deepEqual(
      lines.map((line) => line.replaceAll(/ +/g, ' ')),
      ['ALARM b 1d 1h because', 'ALARM c 1h 1m because', 'INSUFFICIENT_DATA a 59m because'],
    );
  });

  it('does not count the alarms that scale the fleet: the one that scales in stays in ALARM while it is idle', () => {
    const policy = 'arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:1f:autoScalingGroupName/g:policyName/In';
    const alarm = { reason: '', since: new Date(-3_600_000), actions: [policy] };
    const alarms = [
      { ...alarm, name: 'ScaleIn', state: 'ALARM' },
      { ...alarm, name: 'ScaleOut', state: 'OK' },
    ];
    const lines = statusReport({ ...empty, alarms }, new Date(0))
      .split('\n')
      .slice(-2);
    assert.deepEqual(lines, [
      'Alarms: 0 in alarm, 0 without data, 0 ok',
      'Scaling, which is normal: ScaleIn in alarm 1h 0m',
    ]);
  });
});
