/** Checks the stack's `lab:` configuration once and turns it into plain, typed data. */
import { parseCidr } from './cidr.ts';
import { isPlainName } from './naming.ts';
import { Problem } from './problem.ts';

/** Names of the clouds that the lab can be brought up on. */
export const CLOUD_NAMES = ['local'] as const;
export type CloudName = (typeof CLOUD_NAMES)[number];

/** The checked configuration. Each field is the key `lab:<field>` of Pulumi.yaml, where it is described. */
export type LabConfig = {
  stack: string;
  cloud: CloudName;
  ciRunners: number;
  /** At least one; the first is the default repository. */
  ciRepositories: [string, ...string[]];
  adminCidr: string;
  /** 0: chosen by the stack's name. */
  portBase: number;
  /** `auto`: chosen by the stack's name. */
  subnet: string;
  /** Seconds. */
  readyTimeout: number;
};

/** A configuration that cannot be used, with every reason in words. */
export class ConfigError extends Problem {
  override name = 'ConfigError';
  constructor(problems: string[]) {
    super(`The configuration of this stack cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

type Reader = (text: string) => unknown;
class Refusal extends Error {}

const integer =
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

const oneOf =
  (allowed: readonly string[]): Reader =>
  (text) => {
    if (!allowed.includes(text)) throw new Refusal(`must be one of: ${allowed.join(', ')}`);
    return text;
  };

const names: Reader = (text) => {
  const list = parseJson(text);
  if (
    !Array.isArray(list) ||
    list.length === 0 ||
    !list.every((item) => typeof item === 'string' && isPlainName(item))
  ) {
    throw new Refusal(
      'must be a list of at least one name, each of letters, digits, ".", "_" and "-", such as ["myapp"]',
    );
  }
  return [...new Set(list)];
};

const cidr: Reader = (text) => {
  if (parseCidr(text) === undefined) throw new Refusal('must be an IPv4 network such as 203.0.113.0/24');
  return text;
};

const subnet: Reader = (text) => {
  if (text === 'auto') return text;
  if (parseCidr(text)?.bits !== 24)
    throw new Refusal('must be auto or an IPv4 network of 24 bits such as 10.80.0.0/24');
  return text;
};

const READERS: { [K in Exclude<keyof LabConfig, 'stack'>]: Reader } = {
  cloud: oneOf(CLOUD_NAMES),
  ciRunners: integer(1, 8),
  ciRepositories: names,
  adminCidr: cidr,
  portBase: integer(1024, 65_000, [0]),
  subnet,
  readyTimeout: integer(10, 3600),
};

/** The keys that may be set, without their namespace `lab:`. */
export const CONFIG_KEYS = Object.keys(READERS);

/**
 * Reads the configuration of a stack.
 * @param raw every key with its namespace, as Pulumi hands it to a program: `{ 'lab:ciRunners': '2' }`
 * @throws ConfigError naming every key that is unknown, missing or has a value that is not allowed
 */
export function readConfig(raw: Record<string, string>, stack: string): LabConfig {
  const problems: string[] = [];
  const config: Record<string, unknown> = { stack };
  for (const key of Object.keys(raw)) {
    const [namespace, name] = key.split(':');
    if (namespace === 'lab' && name !== undefined && !CONFIG_KEYS.includes(name)) {
      problems.push(
        `${key} is not a key of the lab. Known keys: ${CONFIG_KEYS.map((known) => `lab:${known}`).join(', ')}`,
      );
    }
  }
  for (const [name, read] of Object.entries(READERS)) {
    const text = raw[`lab:${name}`];
    if (text === undefined) {
      problems.push(`lab:${name} has no value; its default should be in Pulumi.yaml`);
      continue;
    }
    try {
      config[name] = read(text);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(`lab:${name} ${error.message}, but it is ${JSON.stringify(text)}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config as LabConfig;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('must be a JSON list');
  }
}
