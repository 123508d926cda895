import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/**
 * What an instance's Systems Manager agent needs for sessions and patch reports: less than AmazonSSMManagedInstanceCore, which also
 * reads every parameter of the account. These actions know no resources.
 */
export const sessionManagerStatement = (): PolicyStatement =>
  new PolicyStatement({
    sid: 'SessionManager',
    actions: [
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ],
    resources: ['*'],
  });
