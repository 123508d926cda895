import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import { Alias } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { Archive } from '../archive/archive.ts';
import { dataKeyAlias, OUTPUTS, REPLICA_REGIONS } from '../contract.ts';
import type { AlarmTopics } from '../runbook-alarm.ts';
import { isHome, replicaRegions } from '../settings/regions.ts';
import { StageStack, type StageStackProps } from '../stage-stack.ts';
import { alarmTopics } from './alarm-topics.ts';
import { Chat } from './chat.ts';
import { dataKey, telemetryKey } from './keys.ts';
import { AccessLogs, allLogGroupNames, LogGroups } from './logs.ts';
import { RestoreTesting } from './restore-testing.ts';
import { SpillBucket } from './spill-bucket.ts';
import { StageSecret } from './stage-secret.ts';
import { Backups, TimestampsTable } from './timestamps-table.ts';

export interface DataStackProps extends StageStackProps {
  /** Leaves the table out, which the stage must not use: a step of `cdk import` (decision 0058). @default false */
  readonly withoutTable?: boolean | undefined;
}

/**
 * The stack that outlives every fleet: timestamps, spilled blocks, backups, logs and alarm topics. It depends on no other
 * stack. Table and secret are made by the home region; in another region this stack has the key of their replicas.
 */
export class DataStack extends StageStack {
  readonly timestamps: TimestampsTable;
  readonly secret: StageSecret;
  readonly accessLogs: AccessLogs;
  readonly spill: SpillBucket;
  readonly archive: Archive;
  /** Only in the home region, where the backups are. */
  readonly restoreTesting: RestoreTesting | undefined;
  readonly logs: LogGroups;
  readonly topics: AlarmTopics;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, { ...props, description: `Stampede ${props.stage}: timestamps, backups and logs` });
    const { settings, stage } = props;
    const { retainData } = settings;
    // Except if the first deployment fails: then nothing is left that would cost money or need cleaning up.
    const removalPolicy = retainData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
    // DynamoDB refuses to delete a protected table, so a failed first deployment has to leave it.
    const tablePolicy = retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

    const key = dataKey(this, 'DataKey', removalPolicy);
    if (!isHome(settings)) new Alias(this, 'DataKeyAlias', { aliasName: dataKeyAlias(stage), targetKey: key });
    this.timestamps = new TimestampsTable(this, 'Timestamps', {
      ...{ key, stage, settings, removalPolicy: tablePolicy },
      isLeftOut: props.withoutTable,
    });
    // The replica has point-in-time recovery. Monthly backups of it as well would be paid for twice (decision 0045).
    // A vault with a backup cannot be deleted, so a temporary stage has none.
    if (isHome(settings) && retainData) {
      const { table } = this.timestamps;
      const { vault } = new Backups(this, 'Backups', { table, key, stage, settings, removalPolicy });
      if (settings.restoreTests)
        this.restoreTesting = new RestoreTesting(this, 'RestoreTesting', { stage, table, vault });
    }
    this.secret = new StageSecret(this, 'StageSecret', { key, stage, settings, removalPolicy });
    this.accessLogs = new AccessLogs(this, 'AccessLogs', { settings, removalPolicy });
    this.spill = new SpillBucket(this, 'Spill', { key, logs: this.accessLogs.bucket, removalPolicy });
    this.archive = new Archive(this, 'Archive', {
      stage,
      // The replica of the home region has the blocks of all.
      table: settings.archive && isHome(settings) ? this.timestamps.table : undefined,
      key,
      logs: this.accessLogs.bucket,
      removalPolicy,
    });

    const logKey = telemetryKey(this, 'TelemetryKey', Object.values(allLogGroupNames(stage)));
    this.logs = new LogGroups(this, 'LogGroups', { key: logKey, stage, settings });
    this.topics = alarmTopics(this, { key: logKey, stage, settings });
    if (settings.slackWorkspaceId) new Chat(this, 'Chat', { stage, settings, topics: this.topics });
    // The service stack imported it when there was one topic, and keeps it from being removed until it is updated.
    this.exportValue(this.topics.page.topicArn);

    // Not known before the first deployment of the home region; no other stack is deployed without it.
    if (this.secret.arn !== '') new CfnOutput(this, OUTPUTS.data.secretArn, { value: this.secret.arn });
    new CfnOutput(this, OUTPUTS.data.spillBucket, { value: this.spill.bucket.bucketName });
    const replicas = isHome(settings) ? replicaRegions(settings) : [];
    if (replicas.length > 0) new CfnOutput(this, REPLICA_REGIONS, { value: replicas.join(',') });
    if (this.timestamps.isKnown) {
      new CfnOutput(this, OUTPUTS.data.tableName, { value: this.timestamps.table.tableName });
    }
  }
}
