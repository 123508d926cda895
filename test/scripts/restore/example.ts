import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import {
  type DynamoDBClient,
  UpdateContinuousBackupsCommand,
  type UpdateContinuousBackupsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { createDynamoDBClient, createTable } from '../../../server/dynamodb/client.ts';
import { createEmbeddedServer } from '../../../server/dynamodb/embedded/server.ts';
import { type Answers, type AwsAnswer, type AwsRequest, queryError } from '../aws/fake-aws.ts';
import { stageOnAws } from '../aws/stage-on-aws.ts';
import { queryAnswer } from '../aws/xml.ts';

/** The table that the example stage uses. */
export const SOURCE = 'stampede-dev';

/** When the example's database begins: a day after the blocks of the tests. */
export const BEGIN_MS = Date.parse('2026-11-22T08:00:00Z');

/** A database with DynamoDB's backups, a clock that a test moves, and the table of the stage in it. */
export async function startDatabaseWithBackups(beginMs = BEGIN_MS) {
  const clock = { nowMs: beginMs };
  const server = createEmbeddedServer({ now: () => clock.nowMs, restorableLagMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client: DynamoDBClient = createDynamoDBClient({ endpoint });
  after(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  await createTable(client, SOURCE);
  const request: UpdateContinuousBackupsCommandInput = {
    TableName: SOURCE,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  };
  await client.send(new UpdateContinuousBackupsCommand(request));
  return { endpoint, client, clock };
}

const HOME = {
  Region: 'eu-west-1',
  ContributorInsightsSpecification: { Enabled: true, Mode: 'THROTTLED_KEYS' },
  DeletionProtectionEnabled: true,
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
  ReadOnDemandThroughputSettings: { MaxReadRequestUnits: 4_000 },
  Tags: [{ Key: 'Stage', Value: 'dev' }],
};

/** The template of the example's data stack, as CDK writes it. */
export function dataTemplate(replicas: readonly object[] = []) {
  return {
    Resources: {
      DataKey: { Type: 'AWS::KMS::Key' },
      Table: {
        Type: 'AWS::DynamoDB::GlobalTable',
        Properties: {
          Replicas: [HOME, ...replicas],
          TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
          WarmThroughput: { WriteUnitsPerSecond: 6_000 },
          WriteOnDemandThroughputSettings: { MaxWriteRequestUnits: 8_000 },
        },
      },
    },
  };
}

const RESOURCES = [
  ['DataKey1A2B3C', 'AWS::KMS::Key', '5f0c1b5e-0000-4000-8000-000000000000'],
  ['BackupsVault1A2B3C', 'AWS::Backup::BackupVault', 'stampede-dev-vault'],
  ['RestoreTestingRole1A2B3C', 'AWS::IAM::Role', 'stampede-dev-restore-role'],
].map(([LogicalResourceId, ResourceType, PhysicalResourceId]) => ({
  ...{ LogicalResourceId, ResourceType, PhysicalResourceId },
  ResourceStatus: 'CREATE_COMPLETE',
}));

/** What CloudFormation answers about the example: about its data stack, and about the others unless they are missing. */
export function dataStackOnAws(template: object = dataTemplate(), missing: readonly string[] = []): Answers {
  const describeStacks = stageOnAws()['DescribeStacks'] as (request: AwsRequest) => AwsAnswer;
  return {
    DescribeStacks: (request) => {
      const name = String(request.params['StackName']);
      if (!missing.includes(name)) return describeStacks(request);
      return queryError(400, 'ValidationError', `Stack with id ${name} does not exist`);
    },
    GetTemplate: queryAnswer('GetTemplate', { TemplateBody: JSON.stringify(template) }),
    ListStackResources: queryAnswer('ListStackResources', { StackResourceSummaries: { member: RESOURCES } }),
  };
}
