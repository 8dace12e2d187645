/** A monthly budget for all of a lab. Azure only tells of what was spent, hours later, and stops nothing. */
import * as consumption from '@pulumi/azure-native/consumption/index.js';
import { resourceName } from '../../naming.ts';
import { Moment } from '../moment.ts';
import type { LabGroup } from './group.ts';

/** Percent of the budget at which the owner gets a mail, and of what: what was spent, or what it looks like for the month. */
const ALERTS = [
  { percent: 50, of: 'Actual' },
  { percent: 80, of: 'Actual' },
  { percent: 100, of: 'Actual' },
  { percent: 100, of: 'Forecasted' },
] as const;

export function createBudget({ config, group }: LabGroup): void {
  const { owner } = config;
  if (owner === undefined) return;
  // A budget begins on the first day of a month, and keeps that day for ever.
  const begun = new Moment('budget-begin', 'first');
  new consumption.Budget('budget', {
    scope: group.id,
    budgetName: resourceName(config.stack, 'budget'),
    category: 'Cost',
    amount: config.budget,
    timeGrain: 'Monthly',
    timePeriod: { startDate: begun.at.apply(firstOfMonth) },
    notifications: Object.fromEntries(
      ALERTS.map(({ percent, of }) => [
        `${of.toLowerCase()}${percent}`,
        {
          enabled: true,
          operator: 'GreaterThanOrEqualTo',
          threshold: percent,
          thresholdType: of,
          contactEmails: [owner],
        },
      ]),
    ),
  });
}

/** The first moment of the month in which another lies. */
export function firstOfMonth(at: string): string {
  return `${at.slice(0, 7)}-01T00:00:00Z`;
}
