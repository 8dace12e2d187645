/**
 * Names of a lab's resources on Azure. Those that the whole world shares end with a hash of subscription and stack, so that nobody
 * else has them. Rules: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
 */
import { createHash } from 'node:crypto';
import { resourceName } from '../../naming.ts';

/** 8 characters, the same for the same stack of the same subscription. */
export function globalSuffix(subscriptionId: string, stack: string): string {
  return createHash('sha256').update(`${subscriptionId} ${stack}`).digest('hex').slice(0, 8);
}

/** Storage accounts: 3 to 24 lowercase letters and digits. `boot` holds what hosts start from, `blob` what the apps store. */
export function storageAccountName(purpose: 'boot' | 'blob' | 'func', stack: string, suffix: string): string {
  return `lab${lettersAndDigits(stack).slice(0, 8)}${purpose}${suffix}`;
}

/** Container registries: 5 to 50 letters and digits. */
export function registryName(stack: string, suffix: string): string {
  return `lab${lettersAndDigits(stack).slice(0, 30)}${suffix}`;
}

/** DNS labels, web apps and database servers: 3 to 60 lowercase letters, digits and hyphens, a letter first, no hyphen last. */
export function globalName(stack: string, part: string, suffix: string): string {
  return `${resourceName(stack).slice(0, 34).replace(/-+$/, '')}-${part}-${suffix}`;
}

function lettersAndDigits(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
