import type { RemovalPolicy } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { archiveBucket } from './bucket.ts';
import { Catalog } from './catalog.ts';
import { DailyExport } from './daily-export.ts';

export interface ArchiveProps {
  readonly stage: string;
  /** Its new days are exported. @default - none are */
  readonly table: Pick<ITable, 'tableName' | 'tableArn'> | undefined;
  readonly key: Key;
  /** Receives the access logs of the bucket. */
  readonly logs: IBucket;
  readonly removalPolicy: RemovalPolicy;
}

/** Timestamps for years: exports of the table in S3. The bucket is always there, so that turning it off loses nothing. */
export class Archive extends Construct {
  readonly bucket: Bucket;
  /** Exports new days. */
  readonly stateMachine: StateMachine | undefined;

  constructor(scope: Construct, id: string, { stage, table, key, logs, removalPolicy }: ArchiveProps) {
    super(scope, id);
    this.bucket = archiveBucket(this, 'Bucket', { key, logs, removalPolicy });
    if (!table) return;
    this.stateMachine = new DailyExport(this, 'Export', { table, bucket: this.bucket, key }).stateMachine;
    new Catalog(this, 'Catalog', { stage, bucket: this.bucket as IBucket, key }); // For the reason in infra/network/vpc.ts.
  }
}
