/** Names: which ones are allowed, and how a stack's resources are called. */
import { createHash } from 'node:crypto';

/** Labels that mark everything that belongs to a lab, so that a cloud itself can be asked what is left. */
export const PROJECT_LABEL = 'cloud-lab.project';
export const STACK_LABEL = 'cloud-lab.stack';
export const HOST_LABEL = 'cloud-lab.host';
/** Where things cost: the mail address of whoever answers for them, and when they may be destroyed (ISO 8601; absent: never). */
export const OWNER_LABEL = 'cloud-lab.owner';
export const EXPIRES_LABEL = 'cloud-lab.expires';
/** Value of PROJECT_LABEL. */
export const PROJECT = 'cloud-lab';

/** Letters, digits, `.`, `_` and `-`, not starting with a sign: safe as a file name, in a URL and as an argument. */
export function isPlainName(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(text) && !text.includes('..');
}

/** Name of a stack's resource: `lab-dev` for the stack itself, `lab-dev-web` for its part `web`. */
export function resourceName(stack: string, part?: string): string {
  const plain = stack.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
  // Stacks `x.y` and `x-y` are two labs.
  const own = plain === stack ? stack : `${plain}-${hashNumber(stack).toString(16).padStart(8, '0')}`;
  return part === undefined ? `lab-${own}` : `lab-${own}-${part.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')}`;
}

/** A number from 0 to 2^32 - 1 that depends on the text alone: spreads stacks over ports and networks. */
export function hashNumber(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE();
}
