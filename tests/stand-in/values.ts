/** The marks that Pulumi's protocol puts on values: secrets, unknown ones, files. */

import { specialSecretSig, specialSigKey, unknownValue } from '@pulumi/pulumi/runtime/rpc.js';

/** What stands in a preview for a value that is not known yet. */
export const UNKNOWN: string = unknownValue;

type Marked = { [specialSigKey]: string; value?: unknown };

export function isObject(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A secret, a file, or another object that is one value to the protocol. */
export function isMarked(value: unknown): value is Marked {
  return isObject(value) && specialSigKey in value;
}

export function isSecret(value: unknown): value is Marked {
  return isMarked(value) && value[specialSigKey] === specialSecretSig;
}

export function markSecret(value: unknown): unknown {
  return { [specialSigKey]: specialSecretSig, value };
}

/** The same value without the marks of secrets, however deep. */
export function reveal(value: unknown): unknown {
  if (isSecret(value)) return reveal(value.value);
  if (Array.isArray(value)) return value.map(reveal);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, reveal(inner)]));
}

/** Where the secrets of a value are: `osProfile.customData`, `disks[0].key`. */
export function findSecrets(value: unknown, path = ''): string[] {
  if (isSecret(value)) return [path];
  if (Array.isArray(value)) return value.flatMap((inner, index) => findSecrets(inner, `${path}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => findSecrets(inner, joinPath(path, name)));
}

/** A property's path as the engine reads it. */
export function joinPath(path: string, name: string): string {
  if (!/^[\w-]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}
