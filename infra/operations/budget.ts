import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface BudgetProps {
  readonly stage: string;
  readonly monthlyUsd: number;
  readonly tickets: ITopic;
}

/**
 * Notifies the topic when the stage's costs reach 80 % of its budget or are forecast to exceed it. AWS Budgets
 * attributes costs by the tag Stage, once it is activated as a cost allocation tag in the account (docs/pipeline.md).
 */
export function addBudget(scope: Construct, id: string, { stage, monthlyUsd, tickets }: BudgetProps): void {
  const subscribers = [{ subscriptionType: 'SNS', address: tickets.topicArn }];
  const notify = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
    notification: { notificationType, threshold, comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' },
    subscribers,
  });
  new CfnBudget(scope, id, {
    budget: {
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: monthlyUsd, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:Stage$${stage}`] },
    },
    notificationsWithSubscribers: [notify('ACTUAL', 80), notify('FORECASTED', 100)],
  });
}
