/** What each role of a host is: its ports, its apps, its data and how to tell that it works. All of it is data. */
import { type Check, describeClones } from './checks.ts';
import type { CloudTraits } from './cloud-traits.ts';
import type { LabConfig } from './config.ts';
import { NUMBERS_CONTAINER, NUMBERS_FUNCTION } from './services.ts';

/** Networks outside the lab, and its own hosts. `web` is `lab:webCidr`, `admin` is `lab:adminCidr`, `plaintext` is `lab:kafkaPlaintextFrom`. */
export const OUTSIDE_SOURCES = ['internet', 'web', 'admin', 'plaintext'] as const;
export type OutsideSource = (typeof OUTSIDE_SOURCES)[number];

/** Who may reach a port: a network outside, each host of the lab (`lab`), or only the hosts with one of these roles. */
export type PortSource = OutsideSource | 'lab' | readonly RoleName[];

/** A port, declared once: every firewall rule and every published port comes from such a line. */
export type Port = {
  /** Unique within a role; names the port in outputs and resources. */
  name: string;
  port: number;
  protocol: 'tcp' | 'udp';
  from: PortSource;
  /** Why it is open, for whoever reads the firewall. */
  reason: string;
};

/** A port as a role declares it: what depends on the lab is a function of its configuration and its cloud's traits. */
export type RolePort = Omit<Port, 'from'> & {
  from: PortSource | ((plan: LabPlan) => PortSource);
  /** Whether a lab has it; every lab without this. */
  wanted?: (config: LabConfig) => boolean;
};

/** What decides which hosts, roles and ports a lab has. */
export type LabPlan = { config: LabConfig; traits: CloudTraits };

/** Whether a source lies outside the lab. */
export function isOutside(from: PortSource): from is OutsideSource {
  return OUTSIDE_SOURCES.some((source) => source === from);
}

/** Whether a port with this source needs a public address of its host: administrators may come through another host. */
export function isPublic(from: PortSource): boolean {
  return isOutside(from) && from !== 'admin';
}

export type RoleName = 'web' | 'git' | 'ci' | 'kafka' | 'database' | 'storage' | 'function' | 'container';

export type Role = {
  name: RoleName;
  /** One sentence for outputs and docs. */
  purpose: string;
  ports: readonly RolePort[];
  /** Folders under apps/ and samples/ that reach the host as content-addressed artifacts. */
  artifacts: readonly string[];
  /** True where the role has listeners that speak TLS: its host gets a certificate. */
  tls: boolean;
  /** True where the host keeps data on a volume, mounted at /data, that outlives it. */
  keepsData: boolean;
  /** Number of the user whose service shows the identity of the machine to the cloud, where blobs are a service of the cloud. */
  identityUser?: number;
  /** Number of a user who may answer, and never begins a connection: that of a container on the host's own network. */
  answeringUser?: number;
  /** Memory that the role may use on its host, MiB. */
  memory: number;
  checks: readonly Check[];
  /** Those that depend on what a lab is asked to be. */
  checksFor?: (config: LabConfig) => readonly Check[];
  /** Roles whose hosts this one talks to: it knows their names and addresses. */
  talksTo: readonly RoleName[];
  /** Where its hosts are replaced one after the other, each when the one before has taken up its work again: how one tells. */
  oneByOne?: OneByOne;
};

/** How hosts that keep the same data for each other tell that the next of them may be taken away. */
export type OneByOne = {
  /** A file on the volume: of how many hosts they were a whole once. Hosts that never were wait for nobody. */
  wholeFile: string;
  /** The command that waits until they are a whole again; it is given the seconds that it may take. */
  settle: readonly string[];
};

/** Every host has it, whatever its roles. */
export const SSH: Port = {
  name: 'ssh',
  port: 22,
  protocol: 'tcp',
  from: 'admin',
  reason: 'shell for whoever runs the lab',
};

const WEB: Role = {
  name: 'web',
  purpose: 'the web app and its REST API, behind Caddy',
  ports: [
    {
      name: 'http',
      port: 80,
      protocol: 'tcp',
      // Public authorities prove the host's name over this port; there it does nothing else but redirect to HTTPS.
      from: ({ traits }) => (traits.publicNames ? 'internet' : 'web'),
      reason: 'web pages and REST API',
    },
    { name: 'https', port: 443, protocol: 'tcp', from: 'web', reason: 'the same over TLS' },
    { name: 'metrics', port: 9100, protocol: 'tcp', from: 'lab', reason: 'Prometheus metrics of the web app' },
  ],
  artifacts: ['web'],
  tls: true,
  keepsData: false,
  identityUser: 801,
  memory: 768,
  checks: [
    { unit: 'web.service', kind: 'http', url: 'http://127.0.0.1:8000/healthz' },
    { unit: 'caddy.service', kind: 'http', url: 'http://127.0.0.1:80/healthz' },
  ],
  talksTo: ['git', 'kafka', 'database', 'storage'],
};

const GIT: Role = {
  name: 'git',
  purpose: "the lab's Git server",
  ports: [
    {
      name: 'git',
      port: 8080,
      protocol: 'tcp',
      from: ['web', 'ci'],
      reason: 'clones by the runners, pushes through the web host',
    },
  ],
  artifacts: ['samples'],
  tls: false,
  keepsData: true,
  memory: 256,
  checks: [{ unit: 'nginx.service', kind: 'http', url: 'http://127.0.0.1:8080/healthz' }],
  checksFor: describeClones,
  // It tells of pushes.
  talksTo: ['web'],
};

const CI: Role = {
  name: 'ci',
  purpose: 'a CI runner',
  ports: [],
  artifacts: ['ci-runner'],
  tls: false,
  keepsData: true,
  // Beside what its jobs may take.
  identityUser: 802,
  memory: 1024,
  // The sockets of the places for jobs are counted and named by the host itself: cloud-init/files/prepare-ci-places.
  checks: [
    { unit: 'whole-proc.service', kind: 'active' },
    ...['git', 'registries', 'internet'].map(
      (network): Check => ({
        unit: 'ci-proxy.service',
        kind: 'http',
        socket: `/run/ci-proxy/${network}.sock`,
        // A request that names no target is one for no proxy: it says so, and notes nothing.
        url: 'http://ci-proxy/',
        status: 400,
      }),
    ),
    { unit: 'ci-fetch.socket', kind: 'socket', path: '/run/ci-job/fetch.sock' },
    { unit: 'ci-runner.service', kind: 'http', url: 'http://127.0.0.1:8081/healthz' },
  ],
  talksTo: ['git', 'kafka', 'storage'],
};

const KAFKA: Role = {
  name: 'kafka',
  purpose: 'a Kafka broker (KRaft)',
  ports: [
    { name: 'kafka-internal', port: 9092, protocol: 'tcp', from: 'lab', reason: 'clients in the lab, plaintext' },
    { name: 'kafka', port: 9093, protocol: 'tcp', from: 'internet', reason: 'clients outside, TLS and SCRAM' },
    {
      name: 'kafka-controller',
      port: 9094,
      protocol: 'tcp',
      from: ['kafka'],
      reason: 'the quorum of the brokers, by their password',
      wanted: ({ kafkaBrokers }) => kafkaBrokers > 1,
    },
    {
      name: 'kafka-services',
      port: 9095,
      protocol: 'tcp',
      from: ['kafka', 'web', 'ci'],
      reason: 'brokers and services, SCRAM or PLAIN',
    },
    {
      name: 'kafka-plaintext',
      port: 9096,
      protocol: 'tcp',
      from: 'plaintext',
      reason: "the lecture's own clients outside, plaintext",
      wanted: ({ kafkaPlaintextFrom }) => kafkaPlaintextFrom !== undefined,
    },
  ],
  artifacts: ['kafka', 'stream'],
  tls: true,
  keepsData: true,
  memory: 1024,
  checks: [
    { unit: 'kafka.service', kind: 'tcp', port: 9092 },
    { unit: 'kafka-setup.service', kind: 'active' },
    // A message that every copy in sync has.
    { unit: 'kafka.service', kind: 'command', argv: ['/usr/local/lib/lab/kafka-tool', 'probe-cluster'] },
  ],
  talksTo: ['kafka'],
  oneByOne: { wholeFile: '/data/kafka/whole', settle: ['/usr/local/lib/lab/kafka-tool', 'await-cluster'] },
};

const DATABASE: Role = {
  name: 'database',
  purpose: 'MariaDB',
  ports: [{ name: 'mysql', port: 3306, protocol: 'tcp', from: ['web'], reason: 'SQL of the web app' }],
  artifacts: [],
  tls: false,
  keepsData: true,
  memory: 768,
  checks: [
    { unit: 'mariadb.service', kind: 'tcp', port: 3306 },
    { unit: 'database-accounts.service', kind: 'active' },
    // A row that is written and read.
    { unit: 'mariadb.service', kind: 'command', argv: ['/usr/local/lib/lab/probe-database'] },
  ],
  talksTo: [],
};

const STORAGE: Role = {
  name: 'storage',
  purpose: 'blob storage (Azurite)',
  ports: [
    { name: 'blob', port: 10_000, protocol: 'tcp', from: 'internet', reason: 'blobs by URL; each request is signed' },
  ],
  artifacts: ['storage'],
  tls: false,
  keepsData: true,
  memory: 512,
  checks: [
    { unit: 'azurite.service', kind: 'tcp', port: 10_000 },
    // A blob that is written and read.
    { unit: 'azurite.service', kind: 'command', argv: ['/usr/local/lib/lab/probe-storage'] },
  ],
  talksTo: [],
};

const FUNCTION: Role = {
  name: 'function',
  purpose: 'functions that are called by HTTP',
  ports: [{ name: 'function', port: 7071, protocol: 'tcp', from: 'internet', reason: 'functions by URL' }],
  artifacts: ['function'],
  tls: false,
  keepsData: false,
  memory: 192,
  checks: [{ unit: 'function.service', kind: 'http', url: `http://127.0.0.1:7071${NUMBERS_FUNCTION.example}` }],
  talksTo: [],
};

const CONTAINER: Role = {
  name: 'container',
  purpose: 'add_numbers in a container',
  // Free on a host that has every other role, too.
  ports: [{ ...NUMBERS_CONTAINER.port, port: 8090 }],
  artifacts: [NUMBERS_CONTAINER.artifact],
  tls: false,
  keepsData: false,
  answeringUser: 10_001,
  memory: 384,
  checks: [{ unit: 'numbers.service', kind: 'http', url: `http://127.0.0.1:8090${NUMBERS_CONTAINER.example}` }],
  talksTo: [],
};

export const ROLES: Record<RoleName, Role> = {
  web: WEB,
  git: GIT,
  ci: CI,
  kafka: KAFKA,
  database: DATABASE,
  storage: STORAGE,
  function: FUNCTION,
  container: CONTAINER,
};
