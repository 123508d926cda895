import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import {
  CreateBackupCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ScanCommand,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { Undo } from '../../../../../scripts/cli/undo.ts';
import { commandCheck } from '../../../../../scripts/drills/rehearsal/recovery-point.ts';
import { createCloudFormation } from '../../../../../scripts/drills/rehearsal/stage/cloudformation-process.ts';
import { deployedStacks, stageOf } from '../../../../../scripts/drills/rehearsal/stage/deployed-stacks.ts';
import {
  runRestoreCommand,
  settingsIn,
  tableIn,
} from '../../../../../scripts/drills/rehearsal/stage/restore-command.ts';
import { deployedValues } from '../../../../../scripts/rights/account.ts';
import { parseTemplate } from '../../../../../scripts/scaling/template/template.ts';
import { dataTemplate, SOURCE, startDatabaseWithBackups } from '../../../restore/example.ts';
import { blockAt, put } from '../../../table/tables.ts';

const PLACE = { region: 'eu-west-1', accountId: '123456789012' };
const TABLE_OUTPUT = { TableName: { Value: { Ref: 'Table' } } };
const TEMPLATE = parseTemplate(
  'stampede-dev-data',
  JSON.stringify({ ...dataTemplate(), Outputs: { ...TABLE_OUTPUT, Region: { Value: { Ref: 'AWS::Region' } } } }),
);
const IMAGE = 'ami-0123456789abcdef0';
const SERVICE = parseTemplate('stampede-dev-service', JSON.stringify({ Outputs: { AmiId: { Value: IMAGE } } }));
const TEMPLATES = [TEMPLATE, SERVICE];
const STACKS = deployedStacks(
  TEMPLATES,
  PLACE,
  deployedValues(TEMPLATES, PLACE, { '{{stampede-dev-data/Table}}': SOURCE }),
);

describe('the stacks of a rehearsal, behind its CloudFormation', () => {
  const server = createCloudFormation(STACKS);
  let client: CloudFormation;
  before(async () => {
    client = new CloudFormation({ ...(await listening(server)), region: PLACE.region, maxAttempts: 1 });
  });
  after(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });

  it('have outputs, templates and resources with the names that they have in the rehearsal', async () => {
    assert.equal(stageOf(STACKS), 'dev');
    const [{ id: StackName = '' } = {}] = STACKS;
    const { Stacks } = await client.describeStacks({ StackName });
    assert.deepEqual(Stacks?.[0]?.Outputs, [
      { OutputKey: 'TableName', OutputValue: SOURCE },
      { OutputKey: 'Region', OutputValue: 'eu-west-1' },
    ]);
    const { TemplateBody = '' } = await client.getTemplate({ StackName: TEMPLATE.stack });
    assert.deepEqual(JSON.parse(TemplateBody).Resources.Table, TEMPLATE.Resources['Table']);
    const { StackResourceSummaries = [] } = await client.listStackResources({ StackName: TEMPLATE.stack });
    assert.deepEqual(
      StackResourceSummaries.map(({ LogicalResourceId, PhysicalResourceId }) => [
        LogicalResourceId,
        PhysicalResourceId,
      ]),
      [
        ['DataKey', 'stampede-dev-data-DataKey'],
        ['Table', SOURCE],
      ],
    );
  });

  it('are the only ones, and can only be read', async () => {
    await assert.rejects(client.describeStacks({ StackName: 'stampede-prod-data' }), {
      name: 'ValidationError',
      message: 'Stack with id stampede-prod-data does not exist',
    });
    await assert.rejects(client.deleteStack({ StackName: TEMPLATE.stack }), /cannot DeleteStack/);
  });
});

describe('the restore of a rehearsal', () => {
  it('runs npm run restore on the deleted table, and carries out the deployment that it starts', async () => {
    const { client, endpoint } = await startDatabaseWithBackups();
    await put({ client, name: SOURCE }, blockAt([1, 2, 3]));
    const { BackupDetails } = await client.send(new CreateBackupCommand({ TableName: SOURCE, BackupName: 'copy' }));
    await client.send(new DeleteTableCommand({ TableName: SOURCE }));
    await waitUntilTableNotExists({ client, maxWaitTime: 20, minDelay: 0.1, maxDelay: 0.2 }, { TableName: SOURCE });
    const server = createCloudFormation(STACKS);
    const { endpoint: cloudFormation } = await listening(server);
    const folder = await mkdtemp(join(tmpdir(), 'restore-command-'));
    const undo = new Undo();
    const deployments: (readonly string[])[] = [];
    try {
      const record = await runRestoreCommand({
        folder,
        args: ['--stage', 'dev', '--backup', BackupDetails?.BackupArn ?? '', '--set', 'canary=false'],
        env: {
          AWS_REGION: 'eu-west-1',
          AWS_ACCESS_KEY_ID: 'operator',
          AWS_SECRET_ACCESS_KEY: 'operator',
          AWS_ENDPOINT_URL_DYNAMODB: endpoint,
          AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation,
        },
        inside: (line) => line,
        deploy: async (settings) => void deployments.push(settings),
        undo,
      });
      assert.deepEqual(deployments, [['canary=false', `tableName=${record.table}`]]);
      const { passed, measured } = commandCheck(record, SOURCE);
      assert.ok(passed, measured);
      const { Count } = await client.send(new ScanCommand({ TableName: record.table }));
      assert.equal(Count, 1);
      const { Table } = await client.send(new DescribeTableCommand({ TableName: record.table }));
      assert.deepEqual(
        [Table?.DeletionProtectionEnabled, Table?.OnDemandThroughput?.MaxWriteRequestUnits],
        [true, 8_000],
      );
      const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: record.table }));
      assert.equal(TimeToLiveDescription?.AttributeName, 'expires');
    } finally {
      await undo.run();
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    }
  });

  it('carries out nothing but npm run deploy with a table', () => {
    const deploy = [
      'run',
      'deploy',
      '--',
      '--stage',
      'dev',
      '--set',
      'nat=single',
      '--set',
      'tableName=other',
      '--yes',
    ];
    assert.deepEqual(settingsIn(deploy), ['nat=single', 'tableName=other']);
    assert.equal(tableIn(settingsIn(deploy)), 'other');
    assert.throws(() => settingsIn(['run', 'destroy', '--', '--stage', 'dev']), /expected npm run deploy/);
    assert.throws(() => tableIn(['nat=single', 'tableName=']), /expected tableName=…/);
  });
});

async function listening(server: ReturnType<typeof createCloudFormation>) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' } };
}
