import type { Reference } from '../scaling/template/reference.ts';
import type { KnownValues } from '../scaling/template/resolve.ts';
import type { Template } from '../scaling/template/template.ts';

/** Where a stage is deployed. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
}

/** What a caller must be allowed for a request: one action on one resource, under the keys that AWS evaluates. */
export interface Right {
  /** `dynamodb:PutItem` */
  readonly action: string;
  /** An ARN, or `*` for actions that do not support resources. */
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

/** What decides about requests in an account, in addition to its region and id. */
export interface Account extends Place {
  /** Tags of an existing resource. */
  readonly tagsOf: (arn: string) => Tags;
  /** Resources that a launch template names. */
  readonly launchTemplate: (id: string) => LaunchTemplateFacts;
}

/** Tags by their keys. */
export type Tags = Readonly<Record<string, string>>;

/** What a launch template decides about the rights of a launch. */
export interface LaunchTemplateFacts {
  readonly securityGroups: readonly string[];
  /** ARN of the instance role. */
  readonly role: string;
  /** Tags of the resources that it creates, by their type. */
  readonly tags: Readonly<Record<string, Tags>>;
}

/** ARN of a resource in a place. */
export function arnIn({ region, accountId }: Place, service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${accountId}:${resource}`;
}

/** How the values of a resource look once it is deployed. Without `ref`, `Ref` gives the id. */
interface Identity {
  /** Property that may hold a fixed name. */
  readonly name?: string;
  readonly arn: (id: string, place: Place) => string;
  readonly ref?: 'arn';
}

/** Types whose values occur in policies. */
const IDENTITIES: Readonly<Record<string, Identity>> = {
  'AWS::DynamoDB::GlobalTable': { name: 'TableName', arn: (id, at) => arnIn(at, 'dynamodb', `table/${id}`) },
  'AWS::KMS::Key': { arn: (id, at) => arnIn(at, 'kms', `key/${id}`) },
  'AWS::Logs::LogGroup': { name: 'LogGroupName', arn: (id, at) => arnIn(at, 'logs', `log-group:${id}:*`) },
  'AWS::IAM::Role': { name: 'RoleName', arn: (id, { accountId }) => `arn:aws:iam::${accountId}:role/${id}` },
  'AWS::IAM::InstanceProfile': { arn: (id, { accountId }) => `arn:aws:iam::${accountId}:instance-profile/${id}` },
  'AWS::EC2::LaunchTemplate': { arn: (id, at) => arnIn(at, 'ec2', `launch-template/${id}`) },
  'AWS::EC2::SecurityGroup': { arn: (id, at) => arnIn(at, 'ec2', `security-group/${id}`) },
  'AWS::EC2::VPC': { arn: (id, at) => arnIn(at, 'ec2', `vpc/${id}`) },
  'AWS::SNS::Topic': { name: 'TopicName', ref: 'arn', arn: (id, at) => arnIn(at, 'sns', id) },
  'AWS::S3::Bucket': { name: 'BucketName', arn: (id) => `arn:aws:s3:::${id}` },
  'AWS::SecretsManager::Secret': {
    name: 'Name',
    ref: 'arn',
    arn: (id, at) => arnIn(at, 'secretsmanager', `secret:${id}-AbCdEf`),
  },
};

/**
 * Values that a deployment of the templates would have: names, ids and ARNs of the resources that policies refer to.
 * `given` has other values, by reference (`{{stack/Table}}`) or pseudo parameter.
 */
export function deployedValues(
  templates: readonly Template[],
  place: Place,
  given: Readonly<Record<string, string>> = {},
): KnownValues {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Region': place.region,
    'AWS::AccountId': place.accountId,
    ...given,
  };
  return (name, reference) => pseudo[name] ?? (reference && deployedValue(reference, templates, place, given));
}

function deployedValue(
  { stack, logicalId, attribute }: Reference,
  templates: readonly Template[],
  place: Place,
  given: Readonly<Record<string, string>>,
): string | undefined {
  const resource = templates.find((template) => template.stack === stack)?.Resources[logicalId];
  const identity = IDENTITIES[resource?.Type ?? ''];
  if (!resource || !identity) return undefined;
  const named = identity.name === undefined ? undefined : resource.Properties[identity.name];
  const id = given[`{{${stack}/${logicalId}}}`] ?? (typeof named === 'string' ? named : `${stack}-${logicalId}`);
  if (attribute === 'Arn' || (attribute === undefined && identity.ref === 'arn')) return identity.arn(id, place);
  return attribute === undefined ? id : undefined;
}
