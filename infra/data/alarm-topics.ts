import { Annotations, Aws, SecretValue } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type CfnSubscription, type ITopicSubscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { alarmTopicName, BRANCH_STAGE } from '../contract.ts';
import type { Settings } from '../settings/table.ts';

export interface AlarmTopicsProps {
  readonly key: IKey;
  readonly stage: string;
  readonly settings: Settings;
}

/** Services that publish for this account. EventBridge does not support conditions in the policies of topics. */
const OF_THIS_ACCOUNT = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };

/** What a page is: an alarm that is raised, or one that clears. A new alarm becomes OK as well, which is no news. */
const RAISED_OR_CLEARED = {
  $or: [{ NewStateValue: ['ALARM'] }, { NewStateValue: ['OK'], OldStateValue: ['ALARM'] }],
};

/** The topics of a stage: `page` for alarms that cannot wait, `ticket` for the others, failed launches and the budget. */
export function alarmTopics(scope: Construct, { key, stage, settings }: AlarmTopicsProps) {
  const { pageEmail, ticketEmail, pagerSecret } = settings;
  const common = { masterKey: key, enforceSSL: true };
  // The id of the only topic of earlier versions, so that its confirmed subscription stays.
  const page = new Topic(scope, 'People', { ...common, displayName: alarmTopicName(stage, 'page') });
  const ticket = new Topic(scope, 'Tickets', { ...common, displayName: alarmTopicName(stage, 'ticket') });

  allowPublish(page, 'Alarms', ['cloudwatch'], OF_THIS_ACCOUNT);
  allowPublish(ticket, 'AlarmsAndBudgets', ['cloudwatch', 'budgets'], OF_THIS_ACCOUNT);
  allowPublish(ticket, 'Events', ['events']);

  if (pageEmail) subscribeToPages(page, new EmailSubscription(pageEmail));
  if (pagerSecret) subscribeToPages(page, pagerSubscription(pagerSecret));
  if (ticketEmail) ticket.addSubscription(new EmailSubscription(ticketEmail));
  // The environment of a branch exists only for hours.
  if (!BRANCH_STAGE.pattern.test(stage)) warnOfNobody(scope, stage, settings);
  return { page, ticket };
}

function warnOfNobody(scope: Construct, stage: string, settings: Settings): void {
  const { pageEmail, ticketEmail, pagerSecret, slackPageChannelId, slackTicketChannelId } = settings;
  if (!pageEmail && !pagerSecret && !slackPageChannelId) {
    Annotations.of(scope).addWarningV2(
      'stampede:no-page-recipient',
      `Nobody gets the pages of stage ${stage}, the alarms that cannot wait. Use -c pageEmail=…, -c pagerSecret=… or -c slackPageChannelId=… with -c slackWorkspaceId=…`,
    );
  }
  if (!ticketEmail && !slackTicketChannelId) {
    Annotations.of(scope).addWarningV2(
      'stampede:no-ticket-recipient',
      `Nobody gets the tickets of stage ${stage}, the other alarms and the budget's. Use -c ticketEmail=… or -c slackTicketChannelId=… with -c slackWorkspaceId=…`,
    );
  }
}

function allowPublish(topic: Topic, sid: string, services: readonly string[], conditions = {}): void {
  const principals = services.map((service) => new ServicePrincipal(`${service}.amazonaws.com`));
  topic.addToResourcePolicy(
    new PolicyStatement({ sid, principals, actions: ['sns:Publish'], resources: [topic.topicArn], conditions }),
  );
}

/** The template has a dynamic reference, which CloudFormation resolves when it creates the subscription. */
function pagerSubscription(secretName: string): UrlSubscription {
  const url = SecretValue.secretsManager(secretName).unsafeUnwrap();
  return new UrlSubscription(url, { protocol: SubscriptionProtocol.HTTPS });
}

/** CDK's types of filters have no `$or`. */
function subscribeToPages(topic: Topic, subscription: ITopicSubscription): void {
  const resource = topic.addSubscription(subscription).node.defaultChild as CfnSubscription;
  resource.filterPolicyScope = 'MessageBody';
  resource.filterPolicy = RAISED_OR_CLEARED;
}
