/** Compares the inputs of a resource with those that it had: what differs, and whether that takes another resource. */
import { isDeepStrictEqual } from 'node:util';
import type { Properties } from './tables.ts';
import { isMarked, isObject, joinPath, reveal } from './values.ts';

export type Difference = {
  /** As the engine writes it: `securityRules[0].priority`. */
  path: string;
  kind: 'add' | 'delete' | 'update';
  /** The resource cannot be changed in this, only replaced. */
  replaces: boolean;
};

/**
 * Whether a value is secret is no difference.
 * @param replacedBy paths without indexes; each stands for all below it, too
 */
export function compareInputs(olds: Properties, news: Properties, replacedBy: readonly string[] = []): Difference[] {
  const differences = compare('', reveal(olds), reveal(news));
  return differences.map((difference) => ({ ...difference, replaces: isIn(difference.path, replacedBy) }));
}

function compare(path: string, old: unknown, now: unknown): Omit<Difference, 'replaces'>[] {
  if (isDeepStrictEqual(old, now)) return [];
  if (old === undefined) return [{ path, kind: 'add' }];
  if (now === undefined) return [{ path, kind: 'delete' }];
  if (Array.isArray(old) && Array.isArray(now)) {
    const indexes = [...Array(Math.max(old.length, now.length)).keys()];
    return indexes.flatMap((index) => compare(`${path}[${index}]`, old[index], now[index]));
  }
  if (isObject(old) && isObject(now) && !isMarked(old) && !isMarked(now)) {
    const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
    return names.flatMap((name) => compare(joinPath(path, name), old[name], now[name]));
  }
  return [{ path, kind: 'update' }];
}

function isIn(path: string, wanted: readonly string[]): boolean {
  const plain = path.replaceAll(/\[\d+\]/g, '');
  // What is above a path that matters takes it along: an osProfile that goes takes its customData with it.
  return wanted.some((each) => `${plain}.`.startsWith(`${each}.`) || each.startsWith(`${plain}.`));
}
