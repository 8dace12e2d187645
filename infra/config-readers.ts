/** How the text of a configuration key becomes its value: one reader for each kind of value. */
import { isIPv4 } from 'node:net';
import { parseCidr } from './cidr.ts';
import { isPlainName } from './naming.ts';

/** Turns the text of a key into its value. @throws Refusal */
export type Reader = (text: string) => unknown;

/** A text that a key does not take; the message goes on from the key: `must be …`. */
export class Refusal extends Error {}

const HOST_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** `true` or `false`. */
export const boolean: Reader = (text) => {
  if (text !== 'true' && text !== 'false') throw new Refusal('must be true or false');
  return text === 'true';
};

/** A whole number between two, or one of a few others. */
export const integer =
  (least: number, most: number, also: number[] = []): Reader =>
  (text) => {
    const value = Number(text);
    const allowed = (value >= least && value <= most) || also.includes(value);
    if (!/^-?\d+$/.test(text) || !allowed) {
      const extra = also.length === 0 ? '' : `${also.join(', ')} or `;
      throw new Refusal(`must be ${extra}a whole number from ${least} to ${most}`);
    }
    return value;
  };

/** One of some words. */
export const oneOf =
  (allowed: readonly string[]): Reader =>
  (text) => {
    if (!allowed.includes(text)) throw new Refusal(`must be one of: ${allowed.join(', ')}`);
    return text;
  };

const list =
  (isItem: (item: string) => boolean, items: string): Reader =>
  (text) => {
    const value = parseJson(text);
    if (
      !Array.isArray(value) ||
      value.length === 0 ||
      !value.every((item) => typeof item === 'string' && isItem(item))
    ) {
      throw new Refusal(`must be a list of at least one ${items}`);
    }
    return [...new Set(value)];
  };

/** A JSON list of repositories, by name or URL; at least one. */
export const repositories = list(
  (item) => isPlainName(item) || isRepositoryUrl(item),
  'repository, each a name of letters, digits, ".", "_" and "-", or a URL without a password, such as ["myapp", "https://git.example.org/ann/app.git"]',
);

/** A JSON list of host names, each with or without a port; at least one. */
export const hostNames = list(
  (item) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/.test(item),
  'host name, such as ["pypi.org"]',
);

/** A JSON list of host names without ports; none or more. */
export const names: Reader = (text) => {
  const value = parseJson(text);
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string' && HOST_NAME.test(item)))
    throw new Refusal('must be a list of none, one or more host names, such as ["lab.example.org"]');
  return value;
};

/** Whether a text is the address of a public repository: HTTP, and nothing in it that does not belong to the address. */
function isRepositoryUrl(text: string): boolean {
  if (!URL.canParse(text) || /[\s,'"`\\$]/.test(text)) return false;
  const { protocol, username, password, search, hash, pathname } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '' && pathname.length > 1;
}

/** IPv4 addresses, none or more. */
export const addresses: Reader = (text) => {
  const value = parseJson(text);
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string' && isIPv4(item)))
    throw new Refusal('must be a list of none, one or more IPv4 addresses, such as ["192.0.2.53"]');
  return value;
};

/** An IPv4 network. */
export const cidr: Reader = (text) => {
  if (parseCidr(text) === undefined) throw new Refusal('must be an IPv4 network such as 203.0.113.0/24');
  return text;
};

/** A word, or an IPv4 network. */
export const cidrOr =
  (word: string): Reader =>
  (text) => {
    if (text !== word && parseCidr(text) === undefined)
      throw new Refusal(`must be ${word} or an IPv4 network such as 203.0.113.0/24`);
    return text;
  };

/** How many Kafka brokers there may be. */
export const brokers: Reader = (text) => {
  // Two are no quorum: when one is lost, so is the majority.
  if (text !== '1' && text !== '3') throw new Refusal('must be 1 or 3');
  return Number(text);
};

/** `auto`, or an IPv4 network of 24 bits. */
export const subnet: Reader = (text) => {
  if (text === 'auto') return text;
  if (parseCidr(text)?.bits !== 24)
    throw new Refusal('must be auto or an IPv4 network of 24 bits such as 10.80.0.0/24');
  return text;
};

/** `none`, or what the reader makes of the text. */
export const optional =
  (read: Reader): Reader =>
  (text) =>
    text === 'none' ? undefined : read(text);

/** A text of a certain form. */
export const matching =
  (pattern: RegExp, wanted: string): Reader =>
  (text) => {
    if (!pattern.test(text)) throw new Refusal(`must be ${wanted}`);
    return text;
  };

const TIME = '([01]\\d|2[0-3]):[0-5]\\d';
/** `HH:MM`. */
export const timeOfDay = matching(new RegExp(`^${TIME}$`), 'none or a time such as 22:00');

/** `HH:MM-HH:MM`, from one time of day to another: `{ from, to }`. */
export const timeSpan: Reader = (text) => {
  if (!new RegExp(`^${TIME}-${TIME}$`).test(text)) throw new Refusal('must be none or a span such as 08:30-18:00');
  const [from, to] = text.split('-');
  return { from, to };
};

const HOURS: Record<string, number> = { h: 1, d: 24 };

/** A number of hours or days, as hours: `7d` is 168. */
export const hours: Reader = (text) => {
  const [, count = '', unit = ''] = /^([1-9]\d{0,3})([hd])$/.exec(text) ?? [];
  const factor = HOURS[unit];
  if (factor === undefined) throw new Refusal('must be none, or hours or days such as 12h or 7d');
  return Number(count) * factor;
};

/** An IANA name. */
export const timeZone: Reader = (text) => {
  if (!Intl.supportedValuesOf('timeZone').includes(text) && text !== 'UTC')
    throw new Refusal('must be the name of a time zone such as Europe/Paris');
  return text;
};

/** URL of a public Git repository. */
export const repositoryUrl: Reader = (text) => {
  if (!isRepositoryUrl(text))
    throw new Refusal('must be none or a URL without a password, such as https://git.example.org/ann/app.git');
  return text;
};

/** Keys that `lab:confirm` may name, as there are values of theirs that want to be said twice. */
const CONFIRMABLE = ['adminCidr', 'webCidr', 'budget'];

export const confirmations: Reader = (text) => {
  const value = parseJson(text);
  if (!Array.isArray(value) || !value.every((item) => CONFIRMABLE.includes(item as string)))
    throw new Refusal(`must be a list of none, one or more of ${CONFIRMABLE.join(', ')}`);
  return value;
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('must be a JSON list');
  }
}
