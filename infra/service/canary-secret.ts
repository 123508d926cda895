import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { allow } from '../statement.ts';

/** Letters and digits of the token. */
const TOKEN_LENGTH = 48;

/**
 * The token of the canary, which records and reads single records only. It is encrypted with the account's own key of
 * Secrets Manager, so that the canary needs no right on the key of the data. A stage without a canary has it too:
 * otherwise turning the canary off would replace the instances first, and they would refuse its last runs.
 */
export class CanarySecret extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const secret = new Secret(this, 'Secret', {
      description: 'Stampede: token of the canary',
      generateSecretString: { passwordLength: TOKEN_LENGTH, excludePunctuation: true },
    });
    this.arn = secret.secretArn;
  }

  /** Allows to read the current value. */
  grantRead(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(allow('CanarySecret', ['secretsmanager:GetSecretValue'], [this.arn]));
  }
}
