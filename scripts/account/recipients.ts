import { BRANCH_STAGE } from '../../infra/contract.ts';
import type { Check } from './check.ts';
import type { StageNeeds } from './needs.ts';

/** Whether somebody gets the alarms of the stage. The environment of a branch exists for hours and needs nobody. */
export function checkRecipients({ stage, recipients: { page, ticket } }: StageNeeds): Check[] {
  if (BRANCH_STAGE.pattern.test(stage)) return [];
  return [
    check(page, 'pages', 'nobody gets them: use --set pageEmail=…, pagerSecret=… or slackPageChannelId=…'),
    check(ticket, 'tickets', 'nobody gets them or the budget alarm: use --set ticketEmail=… or slackTicketChannelId=…'),
  ];
}

function check(recipients: readonly string[], what: string, problem: string): Check {
  if (recipients.length > 0) return { state: 'ok', text: `${what}: sent by ${recipients.join(', ')}` };
  return { state: 'warning', text: `${what}: ${problem}` };
}
