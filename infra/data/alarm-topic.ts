import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

export interface AlarmTopicProps {
  readonly key: IKey;
  readonly stage: string;
  /** If empty, there is no subscriber. */
  readonly email: string;
}

/** The topic for alarms, failed launches and the budget. */
export function alarmTopic(scope: Construct, id: string, { key, stage, email }: AlarmTopicProps): Topic {
  const topic = new Topic(scope, id, { displayName: `Stampede ${stage}`, masterKey: key, enforceSSL: true });
  const publishers = [
    {
      sid: 'AlarmsAndBudgets',
      principals: ['cloudwatch', 'budgets'].map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    },
    // EventBridge does not support conditions in the policies of topics.
    { sid: 'Events', principals: [new ServicePrincipal('events.amazonaws.com')] },
  ];
  for (const publisher of publishers) {
    const resources = [topic.topicArn];
    topic.addToResourcePolicy(new PolicyStatement({ ...publisher, actions: ['sns:Publish'], resources }));
  }
  if (email) topic.addSubscription(new EmailSubscription(email));
  return topic;
}
