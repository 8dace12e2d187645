/** What the runs of each repository take in the storage, as bars with words. */
import type { Static } from 'typebox';
import type { CiUsageSchema } from '../../schemas/ci.ts';
import { type Html, html } from '../html.ts';
import { bar } from './bar.ts';
import { count, formatBytes, repositoryName } from './format.ts';

export type ShownUsage = Static<typeof CiUsageSchema>['repositories'][number];

const NEARLY_FULL = 0.8;

export const usageList = (usage: readonly ShownUsage[]): Html => html`<ul class="usage">${usage.map(usageItem)}</ul>`;

function usageItem({ repository, runs, storedBytes, limitBytes }: ShownUsage): Html {
  const share = Math.min(1, storedBytes / limitBytes);
  const style = share < NEARLY_FULL ? 'good' : 'fair';
  return html`<li><strong>${repositoryName(repository)}</strong> ${bar({ from: 0, width: share * 100, style })} <span>${formatBytes(storedBytes)} of ${formatBytes(limitBytes)}, ${count(runs, 'run')}</span></li>`;
}
