/** What each role of a host is: its ports, its apps, its data and how to tell that it works. All of it is data. */

/** Who may reach a port. `admin` is `lab:adminCidr`, `lab` the hosts of this lab. */
export type PortSource = 'internet' | 'admin' | 'lab';

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

/** How a unit shows that it answers, asked on the host itself. */
export type Check =
  | { unit: string; kind: 'active' }
  | { unit: string; kind: 'tcp'; port: number }
  | { unit: string; kind: 'http'; url: string };

export type RoleName = 'web' | 'ci' | 'kafka' | 'database' | 'storage';

export type Role = {
  name: RoleName;
  /** One sentence for outputs and docs. */
  purpose: string;
  ports: readonly Port[];
  /** Folders under apps/ and samples/ that reach the host as content-addressed artifacts. */
  artifacts: readonly string[];
  /** True where the host keeps data on a volume, mounted at /data, that outlives it. */
  keepsData: boolean;
  /** Memory that the host may use, MiB. */
  memory: number;
  checks: readonly Check[];
  /** Roles whose hosts this one talks to: it knows their names and addresses. */
  talksTo: readonly RoleName[];
};

const SSH: Port = { name: 'ssh', port: 22, protocol: 'tcp', from: 'admin', reason: 'shell for whoever runs the lab' };

const WEB: Role = {
  name: 'web',
  purpose: 'the web app and its REST API, behind Caddy',
  ports: [
    SSH,
    { name: 'http', port: 80, protocol: 'tcp', from: 'internet', reason: 'web pages and REST API' },
    { name: 'https', port: 443, protocol: 'tcp', from: 'internet', reason: 'the same over TLS' },
    { name: 'metrics', port: 9100, protocol: 'tcp', from: 'lab', reason: 'Prometheus metrics of the web app' },
  ],
  artifacts: ['web'],
  keepsData: false,
  memory: 768,
  checks: [
    { unit: 'web.service', kind: 'http', url: 'http://127.0.0.1:8080/healthz' },
    { unit: 'caddy.service', kind: 'http', url: 'http://127.0.0.1:80/healthz' },
  ],
  talksTo: ['ci', 'kafka', 'database', 'storage'],
};

const CI: Role = {
  name: 'ci',
  purpose: 'the CI runner; the first one also holds the Git server',
  ports: [
    SSH,
    {
      name: 'git',
      port: 8080,
      protocol: 'tcp',
      from: 'lab',
      reason: 'clones by the runners, pushes through the web host',
    },
    { name: 'runner', port: 8081, protocol: 'tcp', from: 'lab', reason: 'health of the runner' },
  ],
  artifacts: ['ci-runner', 'samples'],
  keepsData: true,
  memory: 4096,
  checks: [
    { unit: 'ci-runner.service', kind: 'http', url: 'http://127.0.0.1:8081/healthz' },
    { unit: 'caddy.service', kind: 'http', url: 'http://127.0.0.1:8080/healthz' },
  ],
  talksTo: ['ci', 'kafka', 'storage'],
};

const KAFKA: Role = {
  name: 'kafka',
  purpose: 'a Kafka broker (KRaft)',
  ports: [
    SSH,
    { name: 'kafka-internal', port: 9092, protocol: 'tcp', from: 'lab', reason: 'clients in the lab, plaintext' },
    { name: 'kafka', port: 9093, protocol: 'tcp', from: 'internet', reason: 'clients outside, TLS and SCRAM' },
  ],
  artifacts: ['stream'],
  keepsData: true,
  memory: 1024,
  checks: [
    { unit: 'kafka.service', kind: 'tcp', port: 9092 },
    { unit: 'kafka-topics.service', kind: 'active' },
  ],
  talksTo: ['kafka'],
};

const DATABASE: Role = {
  name: 'database',
  purpose: 'MariaDB',
  ports: [SSH, { name: 'mysql', port: 3306, protocol: 'tcp', from: 'lab', reason: 'SQL of the web app' }],
  artifacts: [],
  keepsData: true,
  memory: 768,
  checks: [
    { unit: 'mariadb.service', kind: 'tcp', port: 3306 },
    { unit: 'database-accounts.service', kind: 'active' },
  ],
  talksTo: [],
};

const STORAGE: Role = {
  name: 'storage',
  purpose: 'blob storage (Azurite)',
  ports: [
    SSH,
    { name: 'blob', port: 10_000, protocol: 'tcp', from: 'internet', reason: 'blobs by URL; each request is signed' },
  ],
  artifacts: ['storage'],
  keepsData: true,
  memory: 512,
  checks: [{ unit: 'azurite.service', kind: 'tcp', port: 10_000 }],
  talksTo: [],
};

/** Every role, in the order in which outputs show its hosts. */
export const ROLES: Record<RoleName, Role> = { web: WEB, ci: CI, kafka: KAFKA, database: DATABASE, storage: STORAGE };
