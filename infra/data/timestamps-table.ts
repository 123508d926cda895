import { Annotations, Aws, Duration, Fn, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from 'aws-cdk-lib/aws-backup';
import {
  AttributeType,
  Billing,
  ContributorInsightsMode,
  type ITableV2,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { Schedule } from 'aws-cdk-lib/aws-events';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { SERVICE_NAME, TABLE } from '../../server/contract.ts';
import { dataKeyAlias } from '../contract.ts';
import { DEFAULT_TABLE_QUOTA, fleetBounds, tableWriteLimit, warmWriteUnits } from '../scaling/capacity.ts';
import { isHome, replicaRegions } from '../settings/regions.ts';
import type { Settings } from '../settings/table.ts';
import { allow } from '../statement.ts';

export interface TimestampsTableProps {
  readonly key: Key;
  readonly stage: string;
  readonly settings: Settings;
  readonly removalPolicy: RemovalPolicy;
  /** Whether the table is left out of the stack, as a step of `cdk import` (decision 0058). @default false */
  readonly isLeftOut?: boolean | undefined;
}

/** Actions of the server on the table. A transaction needs those of its items. */
export const TABLE_ACTIONS = ['PutItem', 'UpdateItem', 'GetItem', 'Query'].map((action) => `dynamodb:${action}`);

/** Actions of DynamoDB on the key on behalf of a caller. */
const KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** The table; ARCHITECTURE.md, section "The table", lists its items. */
export class TimestampsTable extends Construct {
  readonly #table: ITableV2 | undefined;
  readonly #key: Key;

  constructor(scope: Construct, id: string, props: TimestampsTableProps) {
    super(scope, id);
    const { key, stage, settings, removalPolicy, isLeftOut = false } = props;
    this.#key = key;
    const { tableName } = settings;
    const own = isHome(settings) && !isLeftOut ? this.#ownTable({ key, stage, settings, removalPolicy }) : undefined;
    // The other stacks import them, also those that were deployed before `tableName` was set.
    if (own) for (const value of [own.tableName, own.tableArn]) Stack.of(this).exportValue(value);
    this.#table = tableName === '' ? own : TableV2.fromTableName(this, 'Used', tableName);
  }

  /** The table that the stage uses. Throws if it is not known yet, which only the data stack of another region permits. */
  get table(): ITableV2 {
    if (this.#table) return this.#table;
    throw new Error('Setting tableName is empty outside the home region. Use npm run deploy -- --regions …');
  }

  get isKnown(): boolean {
    return this.#table !== undefined;
  }

  /** The table of the stage, with a replica in each other region. */
  #ownTable({ key, stage, settings, removalPolicy }: TimestampsTableProps): ITableV2 {
    const replicas = replicaRegions(settings);
    // The data stack of each of these regions creates its key first.
    const replicaKeys = Object.fromEntries(
      replicas.map((region) => [region, `arn:${Aws.PARTITION}:kms:${region}:${Aws.ACCOUNT_ID}:${dataKeyAlias(stage)}`]),
    );
    const writeUnitsPerSecond = warmWriteUnits(settings);
    // It may be below the warm throughput: a table stays warm when its maximum is lowered.
    const maxWriteRequestUnits = tableWriteLimit(fleetBounds(settings), settings.ratePerInstance);
    if (maxWriteRequestUnits > DEFAULT_TABLE_QUOTA) {
      Annotations.of(this).addWarningV2(
        'stampede:table-quota',
        `The table's maximum of ${maxWriteRequestUnits} write units a second is above DynamoDB's default quota of ${DEFAULT_TABLE_QUOTA}. Request a higher quota before the deployment`,
      );
    }
    return new TableV2(this, 'Table', {
      partitionKey: { name: TABLE.partitionKey, type: AttributeType.STRING },
      sortKey: { name: TABLE.sortKey, type: AttributeType.STRING },
      billing: Billing.onDemand({ maxWriteRequestUnits, maxReadRequestUnits: settings.maxReadUnitsPerSecond }),
      ...(writeUnitsPerSecond !== undefined && { warmThroughput: { writeUnitsPerSecond } }),
      encryption: TableEncryptionV2.customerManagedKey(key, replicaKeys),
      replicas: replicas.map((region) => ({ region })),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      // Shows a hot shard. With throttled keys only, the price of 0.02 USD per million events is paid for throttles only.
      contributorInsightsSpecification: { enabled: true, mode: ContributorInsightsMode.THROTTLED_KEYS },
      deletionProtection: settings.retainData,
      removalPolicy,
      ...(settings.ttl && { timeToLiveAttribute: TABLE.ttlAttribute }),
    }) as ITableV2; // For the reason in infra/network/vpc.ts.
  }

  /** Allows the server to write and read items, but not to delete or scan them or to change the table. */
  grantRecord(grantee: IGrantable): void {
    const principal = grantee.grantPrincipal;
    principal.addToPrincipalPolicy(allow('TimestampsTable', [...TABLE_ACTIONS], [this.table.tableArn]));
    const throughDynamoDb = { StringEquals: { 'kms:ViaService': `dynamodb.${Aws.REGION}.amazonaws.com` } };
    principal.addToPrincipalPolicy(allow('TableKeyThroughDynamoDb', KEY_ACTIONS, [this.#key.keyArn], throughDynamoDb));
  }
}

export interface BackupsProps extends TimestampsTableProps {
  readonly table: ITableV2;
}

/**
 * Monthly backups, retained for longer than point-in-time recovery, in a vault that prevents accidental deletion. Each
 * one is a full copy, so daily ones would soon cost more than everything else (decision 0042).
 */
export class Backups extends Construct {
  readonly vault: BackupVault;

  constructor(scope: Construct, id: string, { table, key, stage, settings, removalPolicy }: BackupsProps) {
    super(scope, id);
    // Vaults need a name, and this one is retained: with a fixed name, the stage could not be created again. The first
    // part of the id of a stack differs after each creation.
    const stackId = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
    this.vault = new BackupVault(this, 'Vault', {
      backupVaultName: `${SERVICE_NAME}-${stage}-${stackId}`,
      encryptionKey: key,
      removalPolicy,
      blockRecoveryPointDeletion: true,
    });
    const plan = new BackupPlan(this, 'Plan', { backupVault: this.vault });
    plan.addRule(
      new BackupPlanRule({
        ruleName: 'Monthly',
        scheduleExpression: Schedule.cron({ day: '1', hour: '3', minute: '0' }),
        startWindow: Duration.hours(1),
        completionWindow: Duration.hours(8),
        deleteAfter: Duration.days(settings.backupRetentionDays),
      }),
    );
    plan.addSelection('Timestamps', { resources: [BackupResource.fromArn(table.tableArn)] });
  }
}
