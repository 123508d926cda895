import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ALARM_PRIORITIES, priorityOf } from '../../infra/alarm-priorities.ts';
import { alarmTopics } from '../../infra/data/alarm-topics.ts';
import { readSettings } from '../../infra/settings/read.ts';
import { ARCHIVE_LATE_DAYS } from '../../infra/settings/retention-rules.ts';
import { evaluateAlarm } from '../../scripts/scaling/model/alarm.ts';
import {
  CERTIFICATE,
  EVERYTHING_ON,
  type Overrides,
  type Resource,
  resourcesOf,
  synthesize,
  type Template,
  theResource,
} from './synthesize.ts';

const everything = synthesize('prod', { ...EVERYTHING_ON, regions: 'eu-west-1,eu-central-1' });

/** Alarms of a stage by construct id. The logical id ends with it, a number and a hash. */
const alarms = everything.all
  .flatMap(({ Resources }) => Object.entries(Resources))
  .filter(([, { Type }]) => /CloudWatch::(Composite)?Alarm$/.test(Type))
  .map(([logicalId, { Properties }]) => ({ name: nameOf(logicalId), ...topicsOf(Properties) }));

function nameOf(logicalId: string): string {
  const path = logicalId.replace(/\d?[0-9A-F]{8}$/, '');
  const known = Object.keys(ALARM_PRIORITIES).filter((name) => path.endsWith(name));
  return known.toSorted((a, b) => b.length - a.length)[0] ?? path;
}

/** Priorities of the topics that hear of an alarm when it is raised, and when it clears. */
function topicsOf({ AlarmActions = [], OKActions = [] }: { AlarmActions?: object[]; OKActions?: object[] }) {
  const topics = (actions: readonly object[]) =>
    actions.flatMap((action) => {
      const text = JSON.stringify(action);
      if (text.includes('People')) return ['page'];
      return text.includes('Tickets') ? ['ticket'] : [];
    });
  return { raised: topics(AlarmActions), cleared: topics(OKActions) };
}

describe('the priorities of alarms', () => {
  it('are in one table, with a reason each, without alarms that do not exist', () => {
    const names = new Set(alarms.map(({ name }) => name));
    assert.deepEqual([...names].toSorted(), Object.keys(ALARM_PRIORITIES).toSorted());
    assert.ok(Object.values(ALARM_PRIORITIES).every(({ reason }) => reason.length > 10));
  });

  it('decide which of the two topics hears of an alarm; only that of pages hears when it clears', () => {
    const expected = { page: [['page'], ['page']], ticket: [['ticket'], []], none: [[], []] };
    for (const { name, raised, cleared } of alarms)
      assert.deepEqual([raised, cleared], expected[priorityOf(name)], name);
  });

  it('page for few alarms, because each of them wakes a person', () => {
    const pages = Object.entries(ALARM_PRIORITIES).filter(([, { priority }]) => priority === 'page');
    assert.ok(pages.length <= 6, String(pages.map(([name]) => name)));
  });

  it('are required of every alarm that notifies', () => {
    assert.throws(() => priorityOf('Unknown7'), /Alarm Unknown has no priority/);
  });
});

describe('the topics of alarms', () => {
  const subscriptions = resourcesOf('AWS::SNS::Subscription', everything.data).map(({ Properties }) => Properties);
  const of = (topic: string) => subscriptions.filter(({ TopicArn }) => TopicArn.Ref.startsWith(topic));

  it('reach people by e-mail and pager', () => {
    const reached = (topic: string) => of(topic).map(({ Protocol, Endpoint }) => `${Protocol} ${Endpoint}`);
    assert.deepEqual(reached('People'), [
      'email on-call@example.org',
      'https {{resolve:secretsmanager:pager:SecretString:::}}',
    ]);
    assert.deepEqual(reached('Tickets'), ['email people@example.org']);
  });

  it('send no page when an alarm is created, which becomes OK as well', () => {
    for (const { FilterPolicy, FilterPolicyScope } of of('People')) {
      assert.equal(FilterPolicyScope, 'MessageBody');
      assert.deepEqual(FilterPolicy, {
        $or: [{ NewStateValue: ['ALARM'] }, { NewStateValue: ['OK'], OldStateValue: ['ALARM'] }],
      });
    }
  });

  it('filter no tickets, because budgets send text that is not JSON, which a filter would drop', () => {
    assert.deepEqual(
      of('Tickets').map(({ FilterPolicy }) => FilterPolicy),
      [undefined],
    );
  });

  it('warn at synth if a permanent stage has no recipient of pages or of tickets', () => {
    assert.deepEqual(warningsOf('prod'), [
      'Nobody gets the pages of stage prod, the alarms that cannot wait. Use -c pageEmail=…, -c pagerSecret=… or -c slackPageChannelId=… with -c slackWorkspaceId=… [ack: stampede:no-page-recipient]',
      "Nobody gets the tickets of stage prod, the other alarms and the budget's. Use -c ticketEmail=… or -c slackTicketChannelId=… with -c slackWorkspaceId=… [ack: stampede:no-ticket-recipient]",
    ]);
    assert.deepEqual(warningsOf('pr-7'), [], 'the environment of a branch lives for hours');
  });

  it('do not warn if somebody gets them by e-mail, pager or chat', () => {
    assert.deepEqual(warningsOf('prod', { pagerSecret: 'pager', ticketEmail: 'a@example.org' }), []);
    assert.deepEqual(warningsOf('dev', { pageEmail: 'a@example.org', ticketEmail: 'a@example.org' }), []);
    const chat = {
      slackWorkspaceId: 'T01EXAMPLE',
      slackPageChannelId: 'C01EXAMPLE',
      slackTicketChannelId: 'C02EXAMPLE',
    };
    assert.deepEqual(warningsOf('dev', chat), []);
  });

  it('keep the id and the export of the only topic of earlier versions', () => {
    assert.equal(everything.data.Resources['PeopleE38C8D03']?.Type, 'AWS::SNS::Topic', idsOf(everything.data));
    const exported = Object.values(everything.data.Outputs ?? {}).map(({ Export }) => Export?.Name);
    assert.ok(exported.includes('stampede-prod-data:ExportsOutputRefPeopleE38C8D039A92BAA7'), String(exported));
  });
});

/** What the topics alone warn of at synth. */
function warningsOf(stage: string, overrides: Overrides = {}): readonly unknown[] {
  const given: Overrides = { allowPlainHttp: 'true', ...overrides };
  const stack = new Stack(new App(), 'Test');
  const settings = readSettings(stage, (name) => given[name]);
  alarmTopics(stack, { key: new Key(stack, 'Key'), stage, settings });
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => entry.data);
}

function idsOf({ Resources }: Template): string {
  return Object.entries(Resources)
    .filter(([, { Type }]: [string, Resource]) => Type === 'AWS::SNS::Topic')
    .map(([id]) => id)
    .join(', ');
}

describe('alarms in chat', () => {
  const { data } = synthesize('dev', {
    slackWorkspaceId: 'T01EXAMPLE',
    slackPageChannelId: 'C01EXAMPLE',
    slackTicketChannelId: 'C02EXAMPLE',
  });

  it('go to a channel for each priority', () => {
    const channels = resourcesOf('AWS::Chatbot::SlackChannelConfiguration', data).map(({ Properties: p }) => [
      p.SlackWorkspaceId,
      p.SlackChannelId,
      p.SnsTopicArns.map(({ Ref }: { Ref: string }) => Ref.replace(/.{8}$/, '')),
    ]);
    assert.deepEqual(channels, [
      ['T01EXAMPLE', 'C01EXAMPLE', ['People']],
      ['T01EXAMPLE', 'C02EXAMPLE', ['Tickets']],
    ]);
  });

  it('give the members of a channel no rights in the account', () => {
    for (const { Properties: p } of resourcesOf('AWS::Chatbot::SlackChannelConfiguration', data)) {
      assert.deepEqual(p.GuardrailPolicies.length, 1);
      assert.match(JSON.stringify(p.GuardrailPolicies), /policy\/AWSDenyAll"/);
      const role = data.Resources[p.IamRoleArn['Fn::GetAtt'][0]];
      assert.deepEqual([role?.Properties.ManagedPolicyArns, role?.Properties.Policies], [undefined, undefined]);
    }
  });

  it('are off without a workspace', () => {
    assert.deepEqual(resourcesOf('AWS::Chatbot::SlackChannelConfiguration', everything.data), []);
    assert.ok(theResource('AWS::Budgets::Budget', everything.operations));
  });
});

describe('alarms on traffic', () => {
  const propertiesOf = (name: string, { all } = everything) =>
    all
      .flatMap(({ Resources }) => Object.entries(Resources))
      .find(([id]) => new RegExp(`${name}[0-9A-F]{8}$`).test(id))?.[1].Properties;

  it('compare it with the same hour of other weeks, in both directions', () => {
    const alarm = propertiesOf('UnusualTraffic');
    assert.equal(alarm.ComparisonOperator, 'LessThanLowerOrGreaterThanUpperThreshold');
    const [band] = alarm.Metrics.filter(({ Id }: { Id: string }) => Id === alarm.ThresholdMetricId);
    assert.match(band.Expression, /^ANOMALY_DETECTION_BAND\(\w+, 4\)$/);
    assert.deepEqual([alarm.EvaluationPeriods, alarm.DatapointsToAlarm], [6, 6]);
  });

  it('detect the loss of all requests, for which the load balancer sends no data', () => {
    const { Metrics: metrics, ThresholdMetricId: bandId } = propertiesOf('UnusualTraffic');
    const byId = new Map<string, { Expression?: string; MetricStat?: { Metric: { MetricName: string } } }>(
      metrics.map((each: { Id: string }) => [each.Id, each]),
    );
    const [, watched = ''] = /^ANOMALY_DETECTION_BAND\((\w+), 4\)$/.exec(byId.get(bandId)?.Expression ?? '') ?? [];
    const [, filled = ''] = /^FILL\((\w+), 0\)$/.exec(byId.get(watched)?.Expression ?? '') ?? [];
    assert.equal(byId.get(filled)?.MetricStat?.Metric.MetricName, 'RequestCount');
  });

  it('are not raised by a few wrong requests', () => {
    const [ratio] = propertiesOf('ClientErrors').Metrics;
    assert.equal(ratio.Expression, 'IF(requests < 60, 0, 100 * (FILL(target, 0) + FILL(elb, 0)) / requests)');
  });

  it('include the certificate, of the stage or given, unless there is no TLS', () => {
    const dimensionOf = (alarm: ReturnType<typeof propertiesOf>) => JSON.stringify(alarm?.Dimensions);
    assert.match(dimensionOf(propertiesOf('CertificateExpires')), /LoadBalancerCertificate/);
    const given = synthesize('prod', { certificateArn: CERTIFICATE });
    const alarm = propertiesOf('CertificateExpires', given);
    assert.deepEqual(alarm?.Dimensions, [{ Name: 'CertificateArn', Value: CERTIFICATE }]);
    assert.deepEqual(
      [alarm?.Statistic, alarm?.ComparisonOperator, alarm?.Threshold],
      ['Minimum', 'LessThanThreshold', 30],
    );
    assert.equal(propertiesOf('CertificateExpires', synthesize('dev')), undefined);
  });
});

describe('the alarm on a late export', () => {
  const [[, { Properties }]] = everything.all
    .flatMap(({ Resources }) => Object.entries(Resources))
    .filter(([id]) => /ArchiveLate[0-9A-F]{8}$/.test(id)) as [[string, Resource]];
  const rule = {
    evaluationPeriods: Properties.EvaluationPeriods,
    datapointsToAlarm: Properties.DatapointsToAlarm,
    threshold: Properties.Threshold,
    comparison: Properties.ComparisonOperator,
    treatMissingData: Properties.TreatMissingData,
  };
  const isFilled = Properties.Metrics?.some(({ Expression }: { Expression?: string }) =>
    /^FILL\(/.test(Expression ?? ''),
  );

  /** The state after a number of days without a successful run. */
  const after = (days: number) =>
    evaluateAlarm(rule, [...Array(10).fill(1), ...Array(days).fill(isFilled ? 0 : undefined)], 'OK');

  it('is raised on the second day without a successful run, as the least retention assumes', () => {
    assert.deepEqual([after(0), after(1), after(ARCHIVE_LATE_DAYS)], ['OK', 'OK', 'ALARM']);
  });

  it('is raised if no run was ever started', () => {
    assert.equal(evaluateAlarm(rule, Array(10).fill(undefined), 'OK'), 'ALARM');
  });
});
