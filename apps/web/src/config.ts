/** The environment of the web process, checked once; every mistake is reported in one message. */

import { trimEnd } from '@cloud-lab/common/trim';
import { isRepository } from './ci/repositories.ts';
import { isNetwork } from './limits/addresses.ts';

export interface WebConfig {
  /** PORT: where the site and the API listen (8080). */
  port: number;
  /** HOST: address of that listener (127.0.0.1: a proxy stands in front). */
  host: string;
  /** METRICS_PORT: /metrics and /healthz on all addresses (9100); the firewall lets only the lab in. */
  metricsPort: number;
  /** OPERATOR_SOCKET: path of the Unix socket for whoever operates the lab; without it, there is none. */
  operatorSocket: string | undefined;
  /** KAFKA_BROKERS: comma-separated host:port. */
  kafkaBrokers: string[];
  /** KAFKA_USERNAME and KAFKA_PASSWORD (secret): the account on Kafka (SCRAM-SHA-512); without them it is asked without one. */
  kafkaLogin: { username: string; password: string } | undefined;
  /** DATABASE_URL: mysql://user:password@host:3306/lab (secret). */
  databaseUrl: string;
  /** BLOB_URL, BLOB_ACCOUNT, BLOB_KEY (secret): the blob storage that holds logs and reports; without a key, the machine's identity opens it. */
  blob: { url: string; accountName: string; accountKey: string | undefined };
  /** GIT_URL: base of the lab's repositories, such as http://ci-1:8080/git. */
  gitUrl: string;
  /**
   * CI_REPOSITORIES: what may be tested, comma-separated: names on the lab's Git server, or http(s) URLs without a
   * password (myapp); the first is the default.
   */
  repositories: string[];
  /** CI_WEBHOOK_SECRET: what other Git servers sign their webhooks with (secret; without it there is no webhook). */
  webhookSecret: string | undefined;
  /** CI_RETENTION_DAYS: how long runs are kept (30); the newest of each branch stays. */
  retentionDays: number;
  /** CI_STORAGE_MIB: what the runs of one repository may keep in the storage (1024 MiB); the oldest go first. */
  storageLimitBytes: number;
  /** CI_LOST_AFTER_SECONDS: longer than any job may take (3600); a runner that is silent so long has lost its run. */
  lostAfterSeconds: number;
  /**
   * CLIENTS_PER_ADDRESS: how many people may use the site from one address, such as a class behind one router (50); every
   * limit by address grows with it.
   */
  clientsPerAddress: number;
  /** LAB_NETWORKS: networks of the lab's own hosts, comma-separated (CIDR); their requests are not limited. */
  labNetworks: string[];
  /** LAB_NAME: name of this lab, shown on its first page (dev). */
  labName: string;
  /** LAB_ENDPOINTS: JSON object of name -> public URL or address, shown on the first page. */
  endpoints: Record<string, string>;
  /** LAB_VERSION: version of the lab (0.0.0). */
  version: string;
}

/** The environment is wrong; the message lists each variable and what it should hold. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const MIB = 1024 * 1024;
const BROKER = /^(\[[\da-f:]+\]|[\w.-]+):\d{1,5}$/i;

/** Reads and checks the whole environment, or throws one ConfigError that names every problem. */
export function readConfig(env: Record<string, string | undefined>): WebConfig {
  const problems: string[] = [];
  const read = (name: string, fallback?: string): string => {
    const value = env[name]?.trim() ?? '';
    if (value !== '') return value;
    if (fallback === undefined) problems.push(`${name} is not set`);
    return fallback ?? '';
  };
  const readOptional = (name: string): string | undefined => {
    const value = env[name]?.trim() ?? '';
    return value === '' ? undefined : value;
  };
  const readPort = (name: string, fallback: string): number => {
    const text = read(name, fallback);
    const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
    if (port < 0 || port > 65535) problems.push(`${name} must be a port number from 0 to 65535, not "${text}"`);
    return port;
  };
  const readInteger = (name: string, fallback: string, least: number, most: number): number => {
    const text = read(name, fallback);
    const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (value < least || value > most) {
      problems.push(`${name} must be a whole number from ${least} to ${most}, not "${text}"`);
    }
    return value;
  };
  const readList = (name: string, isItem: (item: string) => boolean, example: string, fallback?: string): string[] => {
    const items = read(name, fallback)
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    const wrong = items.find((item) => !isItem(item));
    if (wrong !== undefined) {
      // What stands before an @ may be a password.
      const shown = wrong.includes('@') ? 'one that holds an "@"' : `"${wrong}"`;
      problems.push(`${name} must be a comma-separated list such as ${example}, not ${shown}`);
    }
    if (items.length === 0 && env[name]?.trim()) problems.push(`${name} names nothing`);
    return items;
  };
  // The value is left out of these messages: it may carry a password.
  const readUrl = (name: string, protocols: string[], example: string): string => {
    const text = read(name);
    if (text !== '' && !(URL.canParse(text) && protocols.includes(new URL(text).protocol))) {
      problems.push(`${name} must be a URL such as ${example}`);
    }
    return trimEnd(text, '/');
  };

  const config: WebConfig = {
    port: readPort('PORT', '8080'),
    host: read('HOST', '127.0.0.1'),
    metricsPort: readPort('METRICS_PORT', '9100'),
    operatorSocket: readOptional('OPERATOR_SOCKET'),
    kafkaBrokers: readList('KAFKA_BROKERS', (item) => BROKER.test(item), 'kafka-1:9092'),
    kafkaLogin: readKafkaLogin(readOptional('KAFKA_USERNAME'), readOptional('KAFKA_PASSWORD'), problems),
    databaseUrl: readUrl('DATABASE_URL', ['mysql:'], 'mysql://web:PASSWORD@database:3306/lab'),
    blob: {
      url: readUrl('BLOB_URL', ['http:', 'https:'], 'http://storage:10000/lab'),
      accountName: read('BLOB_ACCOUNT'),
      accountKey: readOptional('BLOB_KEY'),
    },
    gitUrl: readUrl('GIT_URL', ['http:', 'https:'], 'http://ci-1:8080/git'),
    repositories: readList('CI_REPOSITORIES', isRepository, 'myapp,https://git.example/ann/app.git', 'myapp'),
    webhookSecret: readOptional('CI_WEBHOOK_SECRET'),
    retentionDays: readInteger('CI_RETENTION_DAYS', '30', 1, 3650),
    storageLimitBytes: readInteger('CI_STORAGE_MIB', '1024', 100, 1_048_576) * MIB,
    lostAfterSeconds: readInteger('CI_LOST_AFTER_SECONDS', '3600', 60, 604_800),
    clientsPerAddress: readInteger('CLIENTS_PER_ADDRESS', '50', 1, 10_000),
    labNetworks: readList('LAB_NETWORKS', isNetwork, '10.80.0.128/25', ''),
    labName: read('LAB_NAME', 'dev'),
    endpoints: readEndpoints(read('LAB_ENDPOINTS', '{}'), problems),
    version: read('LAB_VERSION', '0.0.0'),
  };
  if (config.port !== 0 && config.port === config.metricsPort) problems.push('PORT and METRICS_PORT must differ');
  if (problems.length > 0) {
    throw new ConfigError(
      `The web app cannot start with this environment:\n${problems.map((p) => `- ${p}`).join('\n')}`,
    );
  }
  return config;
}

function readKafkaLogin(
  username: string | undefined,
  password: string | undefined,
  problems: string[],
): WebConfig['kafkaLogin'] {
  if (username !== undefined && password !== undefined) return { username, password };
  if (username !== undefined || password !== undefined) problems.push('KAFKA_USERNAME and KAFKA_PASSWORD go together');
  return undefined;
}

function readEndpoints(text: string, problems: string[]): Record<string, string> {
  const problem = 'LAB_ENDPOINTS must be a JSON object of texts, such as {"webUrl":"http://lab.example"}';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    problems.push(problem);
    return {};
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(problem);
    return {};
  }
  const entries: [string, string][] = [];
  for (const [name, endpoint] of Object.entries(value)) {
    if (typeof endpoint === 'string') entries.push([name, endpoint]);
    else problems.push(`${problem}; "${name}" is no text`);
  }
  return Object.fromEntries(entries);
}
