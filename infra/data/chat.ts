import { SlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { SERVICE_NAME } from '../../server/contract.ts';
import type { AlarmTopics } from '../runbook-alarm.ts';
import type { Settings } from '../settings/table.ts';

export interface ChatProps {
  readonly stage: string;
  readonly settings: Settings;
  readonly topics: AlarmTopics;
}

/** Sends the topics to channels of Slack through Amazon Q Developer in chat applications. */
export class Chat extends Construct {
  constructor(scope: Construct, id: string, { stage, settings, topics }: ChatProps) {
    super(scope, id);
    const { slackWorkspaceId, slackPageChannelId, slackTicketChannelId } = settings;
    const channels = { page: slackPageChannelId, ticket: slackTicketChannelId };
    for (const priority of ['page', 'ticket'] as const) {
      const slackChannelId = channels[priority];
      if (!slackChannelId) continue;
      new SlackChannelConfiguration(this, priority === 'page' ? 'Page' : 'Ticket', {
        // Unique in the account. Another workspace replaces the configuration, so its name needs to change as well.
        slackChannelConfigurationName: `${SERVICE_NAME}-${stage}-${slackWorkspaceId}-${priority}`,
        slackWorkspaceId,
        slackChannelId,
        notificationTopics: [topics[priority]],
        // Messages only: by default, members of the channel could do anything that the role may.
        guardrailPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AWSDenyAll')],
      });
    }
  }
}
