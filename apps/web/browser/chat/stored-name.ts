/** The reader's name: asked once, and kept in this browser. */
import { USER_PATTERN } from '@cloud-lab/common/chat-limits';

const KEY = 'chat-name';
const NAME = new RegExp(USER_PATTERN, 'u');

/** Whether somebody may be called so. */
export const isName = (name: string): boolean => NAME.test(name);

/** The name that was kept; undefined: none yet, or none that may be kept here. */
export function readName(): string | undefined {
  try {
    const name = localStorage.getItem(KEY);
    return name !== null && isName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it where the browser allows that. */
export function keepName(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Then it is asked for again on the next page.
  }
}
