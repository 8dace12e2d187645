/** OpenStack as the launcher sees it. */
import type { CloudTarget } from '../target.ts';

export const openstackTarget: CloudTarget = undefined as never;
