/** When a lab may be destroyed: its time to live after it came about, the same at every later update. */
import type * as pulumi from '@pulumi/pulumi';
import type { Lab } from '../lab.ts';
import { hoursAfter, Moment } from './moment.ts';

/** @returns the moment, ISO 8601; undefined for a lab that lives for ever */
export function createExpiry({ config: { ttl } }: Lab): pulumi.Output<string> | undefined {
  if (ttl === undefined) return undefined;
  // Another time to live begins when it is said.
  return new Moment('created', `${ttl} h`).at.apply((at) => hoursAfter(at, ttl));
}
