import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { arnIn, type Right } from '../../../scripts/rights/account.ts';
import { deployedStage, grantedActions, missingRights, PLACE } from '../rights/stage-account.ts';
import { CERTIFICATE, EVERYTHING_ON, resourcesOf, type Synthesized, synthesize, theResource } from '../synthesize.ts';

const prod = synthesize('prod', { certificateArn: CERTIFICATE });
const regions = synthesize('prod', EVERYTHING_ON);
const plain = synthesize('dev', { canary: 'true' });

const environmentOf = ({ operations }: Synthesized) =>
  theResource('AWS::Lambda::Function', operations).Properties.Environment.Variables;

describe('the canary of a stage', () => {
  it('runs every minute outside the VPC, and is not repeated', () => {
    const { Properties: run } = theResource('AWS::Lambda::Function', prod.operations);
    assert.equal(run.VpcConfig, undefined);
    const rules = resourcesOf('AWS::Events::Rule', prod.operations).filter(({ Properties }) =>
      JSON.stringify(Properties.Targets).includes('CanaryFunction'),
    );
    assert.deepEqual(
      rules.map(({ Properties: p }) => [p.ScheduleExpression, p.State, p.Targets[0].RetryPolicy.MaximumRetryAttempts]),
      [['rate(1 minute)', 'ENABLED', 0]],
    );
    const { MaximumRetryAttempts: retries } = theResource('AWS::Lambda::EventInvokeConfig', prod.operations).Properties;
    assert.equal(retries, 0);
  });

  it('uses the public name of its own region, and checks its certificate', () => {
    assert.equal(environmentOf(regions).URL, 'https://eu-west-1.stampede.example.org');
    assert.equal(environmentOf(regions).CHECK_NAME, undefined);
  });

  it('uses the name of the load balancer without a domain name, which no certificate has', () => {
    assert.deepEqual(environmentOf(prod).URL['Fn::Join'][1][0], 'https://');
    assert.equal(environmentOf(prod).CHECK_NAME, 'off');
    assert.deepEqual(environmentOf(plain).URL['Fn::Join'][1][0], 'http://');
    assert.equal(environmentOf(plain).CHECK_NAME, undefined);
  });

  it('has a token of its own, which the instances accept', () => {
    const { Properties: secret } = theResource('AWS::SecretsManager::Secret', prod.service);
    assert.deepEqual(secret.GenerateSecretString, { PasswordLength: 48, ExcludePunctuation: true });
    assert.match(JSON.stringify(prod.service), /CANARY_SECRET_ID=",\{"Ref":"CanarySecret/);
    assert.match(JSON.stringify(environmentOf(prod).SECRET_ID), /CanarySecret/);
  });

  it('is off in dev: no function, no alarm', () => {
    const dev = synthesize('dev');
    assert.deepEqual(resourcesOf('AWS::Lambda::Function', ...dev.all), []);
    assert.doesNotMatch(JSON.stringify(dev.operations), /CANARY_|Canary(Failed|Slow|Silent)/);
  });

  it('is turned on and off without a change of the instances, which accept its token until it is deleted', () => {
    const without = synthesize('prod', { certificateArn: CERTIFICATE, canary: 'false' });
    for (const stack of ['data', 'network', 'service'] as const)
      assert.deepEqual(without[stack].Resources, prod[stack].Resources, stack);
  });
});

describe('the role of the canary', () => {
  const stage = deployedStage('prod', regions);
  const role = stage.role('CanaryRole');
  const secrets = stage.resources.list('AWS::SecretsManager::Secret', z.unknown());
  const read = (id = ''): Right => ({ action: 'secretsmanager:GetSecretValue', resource: id });
  const stream = arnIn(PLACE, 'logs', 'log-group:/stampede/prod/canary:log-stream:2026/11/27/[$LATEST]example');

  it('reads its own token and writes its log, and nothing else', async () => {
    const own = secrets.find(({ ref }) => ref.includes('Canary'))?.ref;
    const log = ['CreateLogStream', 'PutLogEvents'].map((name) => ({ action: `logs:${name}`, resource: stream }));
    assert.deepEqual(await missingRights(stage, role, [read(own), ...log]), []);
    assert.deepEqual(grantedActions(role), [
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
    ]);
  });

  it('does not read the secret of the stage, which has the keys of all ids', async () => {
    const ofStage = secrets.find(({ ref }) => ref.includes('StageSecret'))?.ref;
    assert.equal((await missingRights(stage, role, [read(ofStage)])).length, 1);
  });
});

describe('the alarms of the canary', () => {
  const alarms = resourcesOf('AWS::CloudWatch::Alarm', prod.operations)
    .map(({ Properties }) => Properties)
    .filter(({ Namespace }) => Namespace === 'Stampede/Canary');

  it('are raised by two failed minutes of three, and by a slow POST', () => {
    const found = alarms.map((p) => [p.MetricName, p.ComparisonOperator, p.Threshold, p.DatapointsToAlarm]);
    assert.deepEqual(found.slice(0, 2), [
      ['Success', 'LessThanThreshold', 100, 2],
      ['PostTime', 'GreaterThanThreshold', 1_000, 3],
    ]);
  });

  it('are the first causes of UsersAffected, so that they page', () => {
    const composites = resourcesOf('AWS::CloudWatch::CompositeAlarm', prod.operations).map(
      ({ Properties }) => Properties,
    );
    const users = composites.find(({ AlarmDescription }) => AlarmDescription.startsWith('Users are affected'));
    const causes = JSON.stringify(users?.AlarmRule).match(/Alarms\w+?(?=[0-9A-F]{8}")/g);
    assert.deepEqual(causes?.slice(0, 2), ['AlarmsCanaryFailed', 'AlarmsCanarySlow']);
  });

  it('open a ticket if the canary falls silent, but not when it is created', () => {
    const silent = alarms.find(({ Statistic }) => Statistic === 'SampleCount');
    assert.equal(silent?.TreatMissingData, 'missing');
    assert.match(JSON.stringify(silent?.InsufficientDataActions), /Tickets/);
  });
});
