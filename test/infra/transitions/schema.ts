import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Resource } from '../synthesize.ts';

const database = loadAwsServiceSpecSync();

function schemaOf(type: string) {
  return database.lookup('resource', 'cloudFormationType', 'equals', type)[0];
}

/** Resources without data whose replacement would still interrupt the service or change its addresses. */
const IRREPLACEABLE = [
  'AWS::AutoScaling::AutoScalingGroup',
  'AWS::EC2::VPC',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::SNS::Topic',
];

/** Whether a resource of this type must survive every update. */
export function isStateful(type: string): boolean {
  return IRREPLACEABLE.includes(type) || schemaOf(type)?.isStateful === true;
}

/**
 * The names that a template gives to a resource, which another one cannot have at the same time. A name with the id of
 * the stack is not fixed: it differs after each creation of the stack.
 */
export function fixedNames({ Type, Properties }: Resource): Readonly<Record<string, unknown>> {
  const identifiers = schemaOf(Type)?.primaryIdentifier ?? [];
  const names = identifiers.map((name) => [name, Properties?.[name]] as const);
  // CloudFormation generates the missing part, so the whole is unique.
  if (names.some(([, value]) => value === undefined)) return {};
  return Object.fromEntries(names.filter(([, value]) => !JSON.stringify(value).includes('AWS::StackId')));
}
