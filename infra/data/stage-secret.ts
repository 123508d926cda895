import { Aws, type RemovalPolicy } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { GENERATED_SECRET } from '../../server/contract.ts';
import { dataKeyAlias } from '../contract.ts';
import { isHome, replicaRegions } from '../settings/regions.ts';
import type { Settings } from '../settings/table.ts';
import { allow } from '../statement.ts';

export interface StageSecretProps {
  readonly key: Key;
  readonly stage: string;
  readonly settings: Settings;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The tokens of the stage and the keys for ids. Secrets Manager generates the first ones; `npm run token` replaces
 * tokens, and deployments leave the value as it is.
 */
export class StageSecret extends Construct {
  /** The full ARN. */
  readonly arn: string;
  readonly #key: Key;

  constructor(scope: Construct, id: string, { key, stage, settings, removalPolicy }: StageSecretProps) {
    super(scope, id);
    this.#key = key;
    this.arn = isHome(settings) ? this.#ownSecret({ key, stage, settings, removalPolicy }) : settings.secretArn;
  }

  /** The secret of the stage, with a replica in each other region. Returns its ARN. */
  #ownSecret({ key, stage, settings, removalPolicy }: StageSecretProps): string {
    const secret = new Secret(this, 'Secret', {
      // No fixed name: it would stay reserved after the secret is retained or scheduled for deletion.
      description: 'Stampede: tokens and keys for ids',
      encryptionKey: key,
      removalPolicy,
      // Never change these: CloudFormation would generate a new value, and existing ids would be answered with 404.
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: GENERATED_SECRET.key,
        passwordLength: GENERATED_SECRET.length,
        excludePunctuation: true,
      },
    });
    const keyOfReplica = dataKeyAlias(stage);
    const replicas = replicaRegions(settings).map((region) => ({ region, kmsKeyId: keyOfReplica }));
    // Without CDK's `replicaRegions`, which names an alias of this region.
    if (replicas.length > 0) (secret.node.defaultChild as CfnSecret).replicaRegions = replicas;
    return secret.secretArn;
  }

  /** Allows to read the current value. */
  grantRead(grantee: IGrantable): void {
    const principal = grantee.grantPrincipal;
    principal.addToPrincipalPolicy(allow('StageSecret', ['secretsmanager:GetSecretValue'], [this.arn]));
    const throughSecretsManager = { StringEquals: { 'kms:ViaService': `secretsmanager.${Aws.REGION}.amazonaws.com` } };
    principal.addToPrincipalPolicy(
      allow('SecretKeyThroughSecretsManager', ['kms:Decrypt'], [this.#key.keyArn], throughSecretsManager),
    );
  }
}
