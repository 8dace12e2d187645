/** A colour for each key: the same key always has the same one. */

/** How many there are; the style sheet has `k-0` to `k-11`. */
export const KEY_COLOURS = 12;
/** The same for members of groups, `m-0` to `m-7`. */
export const MEMBER_COLOURS = 8;

/** The class of a key's colour; messages without a key have none. */
export const keyClass = (key: string | null): string => (key === null ? 'k-none' : `k-${hash(key) % KEY_COLOURS}`);

/** The class of a member's colour: numbered ones one after the other, so that few look alike. */
export function memberClass(name: string): string {
  const number = /^consumer-(\d+)$/.exec(name)?.[1];
  return `m-${(number === undefined ? hash(name) : Number(number) - 1) % MEMBER_COLOURS}`;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
