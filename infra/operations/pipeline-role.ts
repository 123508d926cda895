import { Aws } from 'aws-cdk-lib';
import { OpenIdConnectPrincipal, OpenIdConnectProvider, type PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

const ISSUER = 'token.actions.githubusercontent.com';

/** Which repository's workflows may take the role, for which stage, and what it may do. */
export interface PipelineRoleProps {
  readonly repository: string;
  readonly stage: string;
  readonly description: string;
  readonly statements: readonly PolicyStatement[];
}

/**
 * A role that a GitHub workflow takes by OIDC, without a stored key: only a job of this repository that runs in the GitHub environment
 * of the stage's name, so the environment's reviewers guard it. The account needs the OIDC provider of that issuer once.
 */
export function pipelineRole(scope: Construct, id: string, props: PipelineRoleProps): Role {
  const provider = OpenIdConnectProvider.fromOpenIdConnectProviderArn(
    scope,
    `${id}Provider`,
    `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:oidc-provider/${ISSUER}`,
  );
  const role = new Role(scope, id, {
    description: props.description,
    assumedBy: new OpenIdConnectPrincipal(provider, {
      StringEquals: {
        [`${ISSUER}:aud`]: 'sts.amazonaws.com',
        [`${ISSUER}:sub`]: `repo:${props.repository}:environment:${props.stage}`,
      },
    }),
  });
  for (const statement of props.statements) role.addToPolicy(statement);
  return role;
}
