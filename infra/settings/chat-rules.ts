import type { Rule } from './rule.ts';
import type { Settings } from './table.ts';

const channels = ({ slackPageChannelId, slackTicketChannelId }: Settings) =>
  [slackPageChannelId, slackTicketChannelId].filter((id) => id !== '');

/** Rules for the channels that get alarms. */
export const CHAT_RULES: readonly Rule[] = [
  {
    broken: (_, settings) => (settings.slackWorkspaceId !== '') !== channels(settings).length > 0,
    message: (settings) =>
      `Setting slackWorkspaceId is "${settings.slackWorkspaceId}" and the channels are "${channels(settings)}", expected ` +
      'both. Use -c slackWorkspaceId=T… with -c slackPageChannelId=C…, -c slackTicketChannelId=C…, or both',
  },
  {
    broken: (_, settings) => new Set(channels(settings)).size < channels(settings).length,
    message: ({ slackPageChannelId }) =>
      `Settings slackPageChannelId and slackTicketChannelId are ${slackPageChannelId}, expected two channels: AWS permits ` +
      'one configuration of each in an account. Remove one of them',
  },
  {
    broken: (_, { regions, slackWorkspaceId }) => regions.length > 0 && slackWorkspaceId !== '',
    message: ({ regions, slackWorkspaceId }) =>
      `Setting slackWorkspaceId is ${slackWorkspaceId} and regions is ${regions.join(',')}: AWS permits one configuration ` +
      'of a channel in an account, and each region would need one. Remove it, and use pageEmail, ticketEmail or pagerSecret',
  },
];
