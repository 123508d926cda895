import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { arnIn, type Right } from '../../../scripts/rights/account.ts';
import { EVERYTHING_ON, synthesize } from '../synthesize.ts';
import { deployedStage, grantedActions, missingRights, PLACE } from './stage-account.ts';

const stage = deployedStage('prod', synthesize('prod', EVERYTHING_ON), {
  '{{stampede-prod-data/TimestampsTable351B212D}}': 'timestamps',
  '{{stampede-prod-data/ArchiveBucket49F1AC64}}': 'archive',
  '{{stampede-prod-data/ArchiveExportProgress2856501B}}': 'progress',
});
const role = stage.role('ArchiveExportRole');
const [dataKey] = stage.resources.list('AWS::KMS::Key', z.unknown());

const rights = (service: string, actions: string, resource: string): readonly Right[] =>
  actions.split(' ').map((action) => ({ action: `${service}:${action}`, resource }));
const table = arnIn(PLACE, 'dynamodb', 'table/timestamps');

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html, and the two parameters. */
const NEEDED: readonly Right[] = [
  ...rights('ssm', 'GetParameter PutParameter', arnIn(PLACE, 'ssm', 'parameter/progress')),
  ...rights('dynamodb', 'DescribeContinuousBackups ExportTableToPointInTime', table),
  ...rights('dynamodb', 'DescribeExport', `${table}/export/01234567890123-a1b2c3d4`),
  ...rights(
    's3',
    'AbortMultipartUpload PutObject PutObjectAcl',
    'arn:aws:s3:::archive/exports/day=2026-11-21/AWSDynamoDB/data/x.json.gz',
  ),
  ...rights('kms', 'Decrypt GenerateDataKey', arnIn(PLACE, 'kms', `key/${dataKey?.ref}`)),
];

describe('the role of the daily export', () => {
  it('may do what an export needs, and nothing else', async () => {
    assert.deepEqual(await missingRights(stage, role, NEEDED), []);
    assert.deepEqual(grantedActions(role), NEEDED.map(({ action }) => action).toSorted());
  });

  it('may neither read nor change items, nor read the archive', async () => {
    const forbidden = [
      ...rights('dynamodb', 'GetItem PutItem Query Scan DeleteTable', table),
      ...rights('s3', 'GetObject DeleteObject', 'arn:aws:s3:::archive/exports/x'),
      ...rights('s3', 'PutObject', 'arn:aws:s3:::archive/results/x'),
    ];
    assert.equal((await missingRights(stage, role, forbidden)).length, forbidden.length);
  });
});
