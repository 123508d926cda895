import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { App } from 'aws-cdk-lib';
import { LISTENER_PRIORITIES } from '../../infra/contract.ts';
import { readSettings } from '../../infra/settings/read.ts';
import { addDataStack } from '../../infra/stampede.ts';
import { HEALTH_PATH } from '../../server/contract.ts';
import {
  EVERYTHING_ON,
  type Overrides,
  resourcesOf,
  synthesize,
  synthesizeWithNag,
  theResource,
} from './synthesize.ts';
import { DEPLOYMENTS } from './validated-deployments.ts';

const NAMED = { domainName: 'a.example.org', hostedZoneId: 'Z1', hostedZoneName: 'example.org' };
const { tableName, secretArn: SECRET } = DEPLOYMENTS.away[1];
const MADE_AT_HOME = { tableName, secretArn: SECRET };

const home = synthesizeWithNag('prod', EVERYTHING_ON);
const away = synthesizeWithNag(...DEPLOYMENTS.away);

const text = (value: unknown) => JSON.stringify(value);

describe('the table of a stage in two regions', () => {
  const { Properties: table } = theResource('AWS::DynamoDB::GlobalTable', home.data);
  const replica = table.Replicas.find(({ Region }: { Region: string }) => Region === 'eu-central-1');

  it('has a replica in the other region, encrypted by the key of that region', () => {
    assert.match(
      text(replica.SSESpecification.KMSMasterKeyId),
      /:kms:eu-central-1:",\{"Ref":"AWS::AccountId"\},":alias\/stampede-prod-data"/,
    );
    assert.equal(theResource('AWS::KMS::Alias', away.data).Properties.AliasName, 'alias/stampede-prod-data');
    assert.equal(table.MultiRegionConsistency, undefined);
  });

  it('protects the replica like the table: recovery, deletion protection, limits, tags', () => {
    const [own] = table.Replicas.filter(({ Region }: { Region: string }) => Region !== 'eu-central-1');
    const common = ({ Region: _, SSESpecification: __, ...rest }: Record<string, unknown>) => rest;
    assert.deepEqual(common(replica), common(own));
    assert.equal(replica.DeletionProtectionEnabled, true);
    assert.equal(replica.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled, true);
  });

  it('is told from a replica by the export of the secret, for npm run deploy', () => {
    const arnOf = ({ data }: typeof home) => text(data.Outputs?.['SecretArn']?.Value);
    const [, id = ''] = /^\{"Ref":"(\w+)"\}$/.exec(arnOf(home)) ?? [];
    const exported = ({ data }: typeof home) =>
      Object.keys(data.Outputs ?? {}).filter((name) => name.startsWith(`ExportsOutputRef${id}`)).length;
    assert.ok(id.startsWith('StageSecret'), arnOf(home));
    assert.deepEqual([exported(home), exported(away)], [1, 0]);
    assert.equal(arnOf(away), text(SECRET));
  });

  it('and the secret are made in the home region only, where the backups are', () => {
    const types = ['AWS::DynamoDB::GlobalTable', 'AWS::SecretsManager::Secret', 'AWS::Backup::BackupPlan'];
    for (const type of types) assert.equal(resourcesOf(type, away.data).length, 0, type);
    const { ReplicaRegions } = theResource('AWS::SecretsManager::Secret', home.data).Properties;
    assert.deepEqual(ReplicaRegions, [{ Region: 'eu-central-1', KmsKeyId: 'alias/stampede-prod-data' }]);
  });
});

describe('the alarms of a stage', () => {
  const alarmsOf = ({ operations }: typeof home) =>
    resourcesOf('AWS::CloudWatch::Alarm', operations).filter(({ Properties }) =>
      /Replication/.test(Properties.MetricName),
    );
  const metricsOf = (stacks: typeof home) =>
    alarmsOf(stacks).map(({ Properties: { MetricName, Dimensions } }) => [
      MetricName,
      Dimensions.find(({ Name }: { Name: string }) => Name === 'ReceivingRegion')?.Value,
    ]);

  it('include the heartbeats of the others, and the replication to each, in several regions', () => {
    assert.deepEqual(metricsOf(home), [
      ['ReplicationLag', undefined],
      ['ReplicationLatency', 'eu-central-1'],
    ]);
    assert.deepEqual(metricsOf(away), [
      ['ReplicationLag', undefined],
      ['ReplicationLatency', 'eu-west-1'],
    ]);
    for (const { Properties } of alarmsOf(home)) assert.ok(Properties.AlarmActions.length > 0);
  });
});

describe('the other region', () => {
  it('uses its own replicas of table and secret', () => {
    const userData = text(theResource('AWS::EC2::LaunchTemplate', away.service).Properties);
    assert.match(userData, /TABLE_NAME=stampede-example\\nSPILL_BUCKET=/);
    assert.match(userData, new RegExp(`SECRET_ID=${SECRET}`));
    const policy = text(resourcesOf('AWS::IAM::Policy', away.service));
    assert.match(policy, /:dynamodb:eu-central-1:[^\]]*:table\/stampede-example"/);
    assert.match(policy, new RegExp(`"secretsmanager:GetSecretValue","Effect":"Allow","Resource":"${SECRET}"`));
  });

  it('has a dashboard with a name of its own, and leaves the budget to the home region', () => {
    const name = ({ operations }: typeof home) =>
      theResource('AWS::CloudWatch::Dashboard', operations).Properties.DashboardName;
    assert.deepEqual([name(home), name(away)], ['stampede-prod', 'stampede-prod-eu-central-1']);
    assert.equal(resourcesOf('AWS::Budgets::Budget', home.operations).length, 1);
    assert.equal(resourcesOf('AWS::Budgets::Budget', away.operations).length, 0);
  });

  it('tells its instances where they are and where users are created', () => {
    for (const { service } of [home, away]) {
      const userData = text(theResource('AWS::EC2::LaunchTemplate', service).Properties);
      const region = 'REGIONS=eu-west-1,eu-central-1\\\\nREGION=",{"Ref":"AWS::Region"},"';
      assert.match(userData, new RegExp(`${region}\\\\nHOME_URL=https://eu-west-1.stampede.example.org\\\\n`));
    }
  });

  it('begins with its data stack alone, which needs nothing of the home region but has the key for it', () => {
    const overrides: Overrides = { ...EVERYTHING_ON, region: 'eu-central-1' };
    const app = new App();
    const data = addDataStack(app, { stage: 'prod', settings: readSettings('prod', (name) => overrides[name]) });
    const { template } = app.synth().getStackByName(data.stackName);
    assert.equal(theResource('AWS::KMS::Alias', template).Properties.AliasName, 'alias/stampede-prod-data');
    assert.deepEqual(
      Object.keys(template.Outputs).filter((name) => !name.startsWith('ExportsOutput')),
      ['SpillBucketName'],
    );
  });

  it('cannot be synthesised without what the home region has made, and says what to do', () => {
    for (const name of ['tableName', 'secretArn'] as const) {
      const overrides = { ...EVERYTHING_ON, ...MADE_AT_HOME, region: 'eu-central-1', [name]: '' };
      assert.throws(
        () => synthesize('prod', overrides),
        new RegExp(
          `${name} is empty, but eu-central-1 is not the home region: expected that of eu-west-1. ` +
            'Use npm run deploy -- --regions eu-west-1,eu-central-1, which passes it',
        ),
      );
    }
  });
});

describe('the names of a stage in two regions', () => {
  for (const [region, { service }] of Object.entries({ 'eu-west-1': home, 'eu-central-1': away })) {
    const records = resourcesOf('AWS::Route53::RecordSet', service).map(({ Properties }) => Properties);
    const [shared, regional] = records;

    it(`lead to ${region} while it is healthy, seen through its own load balancer`, () => {
      assert.deepEqual([shared.Name, shared.Region, shared.SetIdentifier], ['stampede.example.org', region, region]);
      assert.equal(shared.AliasTarget.EvaluateTargetHealth, true);
      const [check] = Object.entries(service.Resources).filter(([, { Type }]) => Type === 'AWS::Route53::HealthCheck');
      assert.ok(check);
      assert.deepEqual(shared.HealthCheckId, { 'Fn::GetAtt': [check[0], 'HealthCheckId'] });
      const { HealthCheckConfig: config } = check[1].Properties;
      assert.deepEqual([config.Type, config.Port, config.ResourcePath], ['HTTPS', 443, HEALTH_PATH]);
      assert.match(text(config.FullyQualifiedDomainName), /"Fn::GetAtt":\["LoadBalancer.*","DNSName"\]/);
    });

    it(`include one that always leads to ${region}, which its certificate covers`, () => {
      const name = `${region}.stampede.example.org`;
      assert.deepEqual([regional.Name, regional.HealthCheckId, regional.SetIdentifier], [name, undefined, undefined]);
      const { Properties: certificate } = theResource('AWS::CertificateManager::Certificate', service);
      assert.deepEqual([certificate.DomainName, certificate.SubjectAlternativeNames], ['stampede.example.org', [name]]);
    });
  }
});

describe('the rule by which people leave a region', () => {
  it('comes before the rules of the stack, and fails the path of the health check', () => {
    const jwt = { jwtIssuer: 'https://a.example.org', jwtKeys: 'https://a.example.org/keys', readToken: 'none' };
    const { service } = synthesize('prod', { ...EVERYTHING_ON, ...jwt, canary: 'false' });
    const priorities = resourcesOf('AWS::ElasticLoadBalancingV2::ListenerRule', service).map(
      ({ Properties }) => Properties.Priority,
    );
    assert.ok(priorities.length > 0 && priorities.every((priority) => priority > LISTENER_PRIORITIES.leaveRegion));
    const runbook = readFileSync('docs/runbook.md', 'utf8');
    assert.ok(runbook.includes(`--priority ${LISTENER_PRIORITIES.leaveRegion} \\\n`));
    assert.ok(runbook.includes(`--conditions Field=path-pattern,Values=${HEALTH_PATH} \\\n`));
  });
});

describe('the settings of several regions', () => {
  const PAIR = { ...NAMED, regions: 'eu-west-1,eu-central-1' };
  const refused: readonly [what: string, overrides: Overrides, message: RegExp][] = [
    ['one region in the list', { ...NAMED, regions: 'eu-west-1' }, /expected at least two different ones/],
    ['the same region twice', { ...NAMED, regions: 'eu-west-1,eu-west-1' }, /expected at least two different ones/],
    ['a region that is not in the list', { ...PAIR, region: 'us-east-1' }, /region is us-east-1, expected one of them/],
    ['no name that leads to all of them', { regions: PAIR.regions }, /needs a domainName/],
    ['a certificate of one region', { ...PAIR, certificateArn: 'arn:aws:acm:x' }, /certificateArn is of one region/],
    ['no access for health checks', { ...PAIR, sourceCidrs: '192.0.2.0/24' }, /sourceCidrs is 192.0.2.0\/24/],
    ['certificates of health checks', { ...PAIR, clientAuthorities: 's3://bucket/a.pem' }, /have no certificate/],
    ['a copy of the secret at home', { ...PAIR, secretArn: SECRET }, /eu-west-1 is the home region/],
  ];
  for (const [what, overrides, message] of refused) {
    it(`refuse ${what}`, () => {
      assert.throws(() => readSettings('dev', (name) => overrides[name]), message);
    });
  }
});
