import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { SERVICE_NAME } from '../../server/contract.ts';
import { logGroupNames } from '../contract.ts';
import type { Settings } from '../settings/table.ts';

/** Names of all log groups of a stage. */
export function allLogGroupNames(stage: string) {
  const own = (name: string) => `/${SERVICE_NAME}/${stage}/${name}`;
  return { ...logGroupNames(stage), flow: own('flow'), canary: own('canary') };
}

export interface LogGroupsProps {
  readonly key: IKey;
  readonly stage: string;
  readonly settings: Settings;
}

/** The log groups of a stage. */
export class LogGroups extends Construct {
  readonly app: LogGroup;
  readonly system: LogGroup;
  readonly flow: LogGroup;
  /** Empty without a canary, so that turning it off loses no logs. */
  readonly canary: LogGroup;

  constructor(scope: Construct, id: string, { key, stage, settings }: LogGroupsProps) {
    super(scope, id);
    const names = allLogGroupNames(stage);
    // The log agent needs fixed names, so a retained log group would block the next deployment of the stage.
    const removalPolicy = RemovalPolicy.DESTROY;
    const common = { encryptionKey: key, retention: settings.logRetentionDays, removalPolicy };
    this.app = new LogGroup(this, 'App', { ...common, logGroupName: names.app });
    this.system = new LogGroup(this, 'System', { ...common, logGroupName: names.system });
    this.flow = new LogGroup(this, 'Flow', { ...common, logGroupName: names.flow });
    this.canary = new LogGroup(this, 'Canary', { ...common, logGroupName: names.canary });
  }
}

export interface AccessLogsProps {
  readonly settings: Settings;
  readonly removalPolicy: RemovalPolicy;
}

/** Bucket of the logs of load balancer and spill bucket, over TLS only, with cheaper storage for older logs. */
export class AccessLogs extends Construct {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, { settings, removalPolicy }: AccessLogsProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      // Load balancers only deliver to buckets with S3-managed keys.
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy,
      lifecycleRules: [
        {
          id: 'CheaperAsTheyAge',
          transitions: [
            { storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(30) },
            { storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(90) },
          ],
          expiration: Duration.days(settings.accessLogRetentionDays),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    }) as IBucket; // For the reason in infra/network/vpc.ts.
  }
}
