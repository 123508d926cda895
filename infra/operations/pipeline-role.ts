import { Aws } from 'aws-cdk-lib';
import { OpenIdConnectPrincipal, OpenIdConnectProvider, type PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { AMI_PARAMETER_PREFIX } from '../../ami/contract.ts';
import { allow } from '../statement.ts';

const ISSUER = 'token.actions.githubusercontent.com';

export interface PipelineRoleProps {
  /** `owner/name` or `owner@id/name@id`. */
  readonly repository: string;
  /** GitHub environments of the jobs. */
  readonly environments: readonly string[];
  readonly description: string;
  readonly statements: readonly PolicyStatement[];
}

/**
 * A role that a GitHub workflow assumes by OIDC. Only jobs of this repository in the GitHub environments may assume
 * it, so their reviewers control it. The account must have the OIDC provider.
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
        [`${ISSUER}:sub`]: props.environments.flatMap((environment) => subjects(props.repository, environment)),
      },
    }),
  });
  for (const statement of props.statements) role.addToPolicy(statement);
  return role;
}

/**
 * The subjects of the tokens of a repository's jobs in an environment: with names, and with the ids if they are known.
 * Exact values, because a pattern for unknown ids would match other repositories of the owner with customized subjects.
 * https://docs.github.com/actions/concepts/security/openid-connect
 */
function subjects(repository: string, environment: string): string[] {
  const forms = new Set([repository.replaceAll(/@\d+/g, ''), repository]);
  return [...forms].map((form) => `repo:${form}:environment:${environment}`);
}

/** ARN of a resource in this account and region. */
export function arnHere(service: string, resource: string): string {
  return arnIn(Aws.REGION, service, resource);
}

/** ARN of a resource in this account and another region. */
export function arnIn(region: string, service: string, resource: string): string {
  return `arn:${Aws.PARTITION}:${service}:${region}:${Aws.ACCOUNT_ID}:${resource}`;
}

/** Permission to read and write the parameters that name images, in each of these regions. */
export function imageParameters(sid: string, regions: readonly string[]): PolicyStatement {
  const parameters = regions.map((region) => arnIn(region, 'ssm', `parameter${AMI_PARAMETER_PREFIX}/*`));
  return allow(sid, ['ssm:GetParameter', 'ssm:PutParameter'], parameters);
}
