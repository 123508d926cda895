import { Annotations, Aws, type RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { TABLE } from '../../server/contract.ts';
import { DEFAULT_TABLE_QUOTA, fleetBounds, tableWriteLimit } from '../scaling/capacity.ts';
import type { Settings } from '../settings/table.ts';

/** Encryption, choices and fate of the table. */
export interface TimestampsTableProps {
  readonly key: Key;
  readonly settings: Settings;
  readonly removalPolicy: RemovalPolicy;
}

/** What the key does when DynamoDB asks for it in the name of a caller. */
const KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** The one table, as design D3 lays it out. */
export class TimestampsTable extends Construct {
  readonly table: TableV2;
  readonly #key: Key;

  constructor(scope: Construct, id: string, { key, settings, removalPolicy }: TimestampsTableProps) {
    super(scope, id);
    this.#key = key;
    const replicaKeys = Object.fromEntries(settings.replicas.map(({ region, keyArn }) => [region, keyArn]));
    const maxWriteRequestUnits = tableWriteLimit(fleetBounds(settings), settings.ratePerInstance);
    if (maxWriteRequestUnits > DEFAULT_TABLE_QUOTA) {
      Annotations.of(this).addWarningV2(
        'stampede:table-quota',
        `The table may take ${maxWriteRequestUnits} write units a second, which is above DynamoDB's default quota of ${DEFAULT_TABLE_QUOTA}. Have the quota raised before the deploy`,
      );
    }
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: TABLE.partitionKey, type: AttributeType.STRING },
      sortKey: { name: TABLE.sortKey, type: AttributeType.STRING },
      billing: Billing.onDemand({ maxWriteRequestUnits }),
      encryption: TableEncryptionV2.customerManagedKey(key, replicaKeys),
      replicas: settings.replicas.map(({ region }) => ({ region })),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: settings.retainData,
      removalPolicy,
      ...(settings.ttl && { timeToLiveAttribute: TABLE.ttlAttribute }),
    });
  }

  /** Lets the server write and read items, and nothing else: no scan, no delete, no change of the table. */
  grantRecord(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'TimestampsTable',
        actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:GetItem', 'dynamodb:Query'],
        resources: [this.table.tableArn],
      }),
    );
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'TableKeyThroughDynamoDb',
        actions: KEY_ACTIONS,
        resources: [this.#key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Aws.REGION}.amazonaws.com` } },
      }),
    );
  }
}
