/** IPv4 networks in CIDR notation. */

/** A network, such as 10.80.0.0/24: its first address as a number, and the length of its prefix. */
export type Cidr = { first: number; bits: number };

/** Parses `a.b.c.d/bits`; undefined when the text is not a network (also when host bits are set). */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) return undefined;
  const [a, b, c, d, bits] = match.slice(1).map(Number) as [number, number, number, number, number];
  if ([a, b, c, d].some((byte) => byte > 255) || bits > 32) return undefined;
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  return first % 2 ** (32 - bits) === 0 ? { first, bits } : undefined;
}

/** The address with the given number within a network: `addressIn({10.80.0.0/24}, 1)` is 10.80.0.1. */
export function addressIn(network: Cidr, number: number): string {
  if (number < 0 || number >= 2 ** (32 - network.bits))
    throw new RangeError(`address ${number} lies outside the network`);
  const address = network.first + number;
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** The network as text, such as 10.80.0.0/24. */
export function formatCidr(network: Cidr): string {
  return `${addressIn(network, 0)}/${network.bits}`;
}

/** True where every address of `inner` lies in `outer`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return (
    inner.bits >= outer.bits &&
    Math.floor(inner.first / 2 ** (32 - outer.bits)) === outer.first / 2 ** (32 - outer.bits)
  );
}

/** The networks, in CIDR notation, without those that lie in another one of them: firewalls take no overlapping sets. */
export function dropContained(networks: readonly string[]): string[] {
  const known = [...new Set(networks)].map((text) => ({ text, cidr: parseCidr(text) }));
  return known
    .filter(
      ({ cidr }) =>
        cidr === undefined || !known.some((other) => other.cidr && other.cidr !== cidr && contains(other.cidr, cidr)),
    )
    .map(({ text }) => text);
}
