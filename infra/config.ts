/** Checks the stack's `lab:` configuration once and turns it into plain, typed data. */

import {
  addresses,
  boolean,
  brokers,
  cidr,
  cidrOr,
  confirmations,
  hostNames,
  hours,
  integer,
  matching,
  names,
  oneOf,
  optional,
  type Reader,
  Refusal,
  repositories,
  repositoryUrl,
  subnet,
  timeOfDay,
  timeSpan,
  timeZone,
} from './config-readers.ts';
import { findContradictions } from './config-rules.ts';
import { Problem } from './problem.ts';

/** Names of the clouds that the lab can be brought up on. */
export const CLOUD_NAMES = ['local', 'azure', 'openstack'] as const;
export type CloudName = (typeof CLOUD_NAMES)[number];

/** The checked configuration. Each field is the key `lab:<field>` of Pulumi.yaml, where it is described. */
export type LabConfig = {
  stack: string;
  cloud: CloudName;
  /** `many`: each role has a host of its own. `one`: all are on one. */
  hosts: 'many' | 'one';
  ciRunners: number;
  /** 0: as many as a host's cores and memory allow. */
  ciJobsPerRunner: number;
  /** At least one; the first is the default repository. */
  ciRepositories: [string, ...string[]];
  ciRegistries: [string, ...string[]];
  /** Seconds. */
  ciTestSeconds: number;
  /** Seconds. */
  ciInstallSeconds: number;
  /** MiB. */
  ciMemory: number;
  /** MiB. */
  ciDisk: number;
  ciProcesses: number;
  ciCores: number;
  /** MiB. */
  ciLog: number;
  ciRetentionDays: number;
  /** MiB that the finished runs of one repository may keep in the storage. */
  ciStorage: number;
  clientsPerAddress: number;
  kafkaBrokers: 1 | 3;
  /** The network that may use Kafka without TLS and password; undefined: none. */
  kafkaPlaintextFrom: string | undefined;
  /** Hours. */
  kafkaRetentionHours: number;
  adminCidr: string;
  /** The network that reaches the web host's site; `admin`: that of `adminCidr`. */
  webCidr: string;
  /** Host names, beside the web host's own, that the site answers to. */
  webNames: string[];
  /** 0: chosen by the stack's name. */
  portBase: number;
  /** `auto`: chosen by the stack's name. */
  subnet: string;
  /** Seconds. */
  readyTimeout: number;
  container: boolean;
  function: boolean;
  /** The name of a machine size of the cloud; `auto`: the cheapest that has each host's memory. */
  size: string;
  location: string;
  /** Name or id of the image that machines boot from, where a cloud has no list of its own that all its projects know. */
  image: string;
  /** Name or id; `auto`: the only one. */
  externalNetwork: string;
  /** IPv4 addresses; empty: the cloud's own. */
  dnsServers: string[];
  /** Mail address of whoever answers for the lab; undefined: nobody was named. */
  owner: string | undefined;
  /** Units of the cloud's currency, for a month. */
  budget: number;
  /** Hours until the lab may be destroyed, counted from its creation; undefined: never. */
  ttl: number | undefined;
  /** When its machines are shut down and given back, each day; undefined: never. */
  shutdownAt: TimeOfDay | undefined;
  /** When they are not. */
  classHours: { from: TimeOfDay; to: TimeOfDay } | undefined;
  /** Of both, an IANA name. */
  timeZone: string;
  managedDatabase: boolean;
  /** URL of a Git repository with a web app. */
  appServiceRepository: string | undefined;
  appServiceBranch: string;
  /** Keys whose value is unusual, and meant. */
  confirm: string[];
};

/** `HH:MM`, from 00:00 to 23:59. */
export type TimeOfDay = string;

/** A configuration that cannot be used, with every reason in words. */
export class ConfigError extends Problem {
  override name = 'ConfigError';
  constructor(problems: string[]) {
    super(`The configuration of this stack cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

const READERS: { [K in Exclude<keyof LabConfig, 'stack'>]: Reader } = {
  cloud: oneOf(CLOUD_NAMES),
  hosts: oneOf(['many', 'one']),
  ciRunners: integer(1, 8),
  ciJobsPerRunner: integer(1, 16, [0]),
  ciRepositories: repositories,
  ciRegistries: hostNames,
  ciTestSeconds: integer(1, 86_400),
  ciInstallSeconds: integer(1, 86_400),
  ciMemory: integer(256, 1_048_576),
  ciDisk: integer(64, 1_048_576),
  ciProcesses: integer(16, 65_536),
  ciCores: integer(1, 64),
  ciLog: integer(1, 1_000),
  ciRetentionDays: integer(1, 3_650),
  ciStorage: integer(100, 1_048_576),
  clientsPerAddress: integer(1, 10_000),
  kafkaBrokers: brokers,
  kafkaPlaintextFrom: optional(cidr),
  kafkaRetentionHours: integer(1, 87_600),
  adminCidr: cidr,
  webCidr: cidrOr('admin'),
  webNames: names,
  portBase: integer(1024, 65_000, [0]),
  subnet,
  readyTimeout: integer(10, 3600),
  container: boolean,
  function: boolean,
  size: matching(/^[A-Za-z0-9][\w.-]{0,63}$/, 'auto or the name of a machine size'),
  image: matching(/^[^\s"'`$\\][^"'`$\\]{0,199}$/, 'the name or the id of an image'),
  externalNetwork: matching(/^[^\s"'`$\\][^"'`$\\]{0,199}$/, 'auto or the name or the id of a network'),
  dnsServers: addresses,
  location: matching(/^[a-z][a-z0-9]{1,39}$/, 'the name of a region such as westeurope'),
  owner: optional(matching(/^[^\s@,"']+@[^\s@,"'.]+(\.[^\s@,"'.]+)+$/, 'none or a mail address')),
  budget: integer(1, 100_000),
  ttl: optional(hours),
  shutdownAt: optional(timeOfDay),
  classHours: optional(timeSpan),
  timeZone,
  managedDatabase: boolean,
  appServiceRepository: optional(repositoryUrl),
  appServiceBranch: matching(/^[\w][\w./-]{0,99}$/, 'the name of a branch'),
  confirm: confirmations,
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
  const complete = config as LabConfig;
  problems.push(...findContradictions(complete));
  if (problems.length > 0) throw new ConfigError(problems);
  return complete;
}
