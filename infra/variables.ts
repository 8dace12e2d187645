/** The variables of the cloud-init files for one host: everything of the lab that a host has to be told. */
import { createHash } from 'node:crypto';
import { renderFirewall } from './firewall.ts';
import { addressesOf, type Inventory } from './inventory.ts';
import { firstHostOf, type Host, hasRole, hostsOf, jobsPerRunner, type Lab } from './lab.ts';
import { isPlainName } from './naming.ts';
import { ROLES, type RoleName } from './roles.ts';
import { publicUrls, pushBaseUrl, siteNames } from './urls.ts';

/** Of a CI job beside its installation and its tests: getting the code, packages for the cache, results. */
const OTHER_JOB_SECONDS = 900;
/** For which a runner may keep a sandbox ready before a job comes, and more. */
const IDLE_UNIT_SECONDS = 600;
/** Of the process that looks after a job. */
const KEEPER_THREADS = 32;

/** Where a host fetches an artifact, and what its content must be. */
export type ArtifactSource = { name: string; url: string; sha256: string };

/** Where a host fetches what it needs. */
export type HostFiles = {
  artifacts: readonly ArtifactSource[];
  /** Of a JSON object, path -> text, with the host's secrets; absent where they are in the machine before it boots. */
  secretsUrl?: string;
  /** Private key of its SSH server, where what it boots from is brought to it: then it is in its user-data. */
  sshHostKey?: string;
};

export type VariableSources = {
  lab: Lab;
  inventory: Inventory;
  files: HostFiles;
  /** One line of an OpenSSH public key. */
  sshPublicKey: string;
  version: string;
};

/** What each `{{variable}}` of cloud-init/ stands for on the given host. */
export function describeVariables(
  host: Host,
  { lab, inventory, files, sshPublicKey, version }: VariableSources,
): Record<string, string> {
  const git = firstHostOf(lab, 'git').name;
  const others = new Set(host.roles.flatMap(({ talksTo }) => talksTo));
  const known = lab.hosts.filter(
    ({ name, roles }) => name === host.name || roles.some((role) => others.has(role.name)),
  );
  return {
    host: host.name,
    hostIndex: String(host.index),
    stack: lab.stack,
    version,
    sshPublicKey,
    hostsFile: known
      .map((each) => `${addressesOf(inventory, each.name).internal} ${namesOf(each, lab).join(' ')}`)
      .join('\n'),
    firewall: renderFirewall(host, inventory),
    health: JSON.stringify({ host: host.name, checks: host.checks }),
    keepsData: host.keepsData ? 'yes' : 'no',
    secretsUrl: files.secretsUrl ?? '',
    sshHostKey: files.sshHostKey ?? '',
    readyTimeout: String(lab.config.readyTimeout),
    installArtifacts: files.artifacts
      .map(({ name, url, sha256 }) => `/usr/local/lib/lab/install-artifact ${name} '${url}' ${sha256}`)
      .join('\n'),
    endpoints: JSON.stringify(publicUrls(lab, inventory)),
    blobInternalUrl: inventory.services.blobUrl ?? `http://${firstHostOf(lab, 'storage').name}:10000/lab`,
    certificates: lab.traits.publicNames ? 'public' : 'own',
    webName: addressesOf(inventory, firstHostOf(lab, 'web').name).published.https?.host ?? '',
    owner: lab.config.owner ?? '',
    timeZone: lab.config.timeZone,
    shutdownWarning: lab.config.shutdownAt === undefined ? '' : halfAnHourBefore(lab.config.shutdownAt),
    gitHost: git,
    gitPort: String(portOf('git', 'git')),
    gitInternalUrl: `http://${git}:${portOf('git', 'git')}/git`,
    pushUrl: pushBaseUrl(lab, inventory),
    pushNeedsTls: lab.traits.remote ? 'yes' : 'no',
    webUrl: publicUrls(lab, inventory).webUrl,
    siteNames: siteNames(lab, inventory).join(' '),
    labRanges: inventory.sources.lab.join(' '),
    clientsPerAddress: String(lab.config.clientsPerAddress),
    labNetworks: inventory.sources.lab.join(','),
    ...describeKafka(host, lab, inventory),
    ...describeCi(lab, git),
  };
}

/** The number of a role's port, where it is declared. */
function portOf(role: RoleName, name: string): number {
  const port = ROLES[role].ports.find((each) => each.name === name);
  if (port === undefined) throw new Error(`the role ${role} has no port ${name}`);
  return port.port;
}

/** A time of day, `HH:MM`. */
function halfAnHourBefore(time: string): string {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const before = (hours * 60 + minutes + 23 * 60 + 30) % (24 * 60);
  return [Math.floor(before / 60), before % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Its own name, and those of the roles that it is the first host of: a role is found by its name, on whichever host it is. */
function namesOf(host: Host, lab: Lab): string[] {
  const first = host.roles.map(({ name }) => name).filter((role) => firstHostOf(lab, role).name === host.name);
  return [...new Set([host.name, ...first])];
}

/** What Kafka's hosts and clients are told. A listener is `NAME://host:port`. */
function describeKafka(host: Host, lab: Lab, inventory: Inventory): Record<string, string> {
  const brokers = hostsOf(lab, 'kafka').map(({ name }) => name);
  const isBroker = hasRole(host, 'kafka');
  const advertise = (listener: string, port: string): string => {
    const { published } = addressesOf(inventory, host.name);
    const endpoint = published[port];
    return endpoint === undefined ? '' : `,${listener}://${endpoint.host}:${endpoint.port}`;
  };
  const plaintext = isBroker ? advertise('PLAINTEXT', 'kafka-plaintext') : '';
  return {
    // By password; without one there is port 9092.
    kafkaBrokers: brokers.map((name) => `${name}:9095`).join(','),
    kafkaControllers: brokers.map((name) => `${name}:9094`).join(','),
    kafkaBrokerCount: String(brokers.length),
    // One may be away without a message being lost or refused.
    kafkaInSync: String(Math.max(1, brokers.length - 1)),
    kafkaRetentionHours: String(lab.config.kafkaRetentionHours),
    kafkaClusterId: kafkaClusterId(lab.stack),
    kafkaMoreListeners: plaintext === '' ? '' : ',PLAINTEXT://:9096',
    kafkaMoreAdvertised: isBroker ? `${advertise('EXTERNAL', 'kafka')}${plaintext}` : '',
  };
}

/** The id of a stack's Kafka cluster: 16 bytes in base64url. */
export function kafkaClusterId(stack: string): string {
  const id = createHash('sha256').update(`kafka ${stack}`).digest().subarray(0, 16).toString('base64url');
  // Kafka's tools would take it for an option.
  return id.replace(/^-/, '_');
}

/** What the CI is told: its repositories, and the limits of its jobs. */
function describeCi({ config }: Lab, git: string): Record<string, string> {
  const elsewhere = config.ciRepositories.filter((repository) => !isPlainName(repository));
  const own = config.ciRepositories.filter(isPlainName);
  const jobSeconds = config.ciTestSeconds + config.ciInstallSeconds + OTHER_JOB_SECONDS;
  return {
    ciRepositories: config.ciRepositories.join(','),
    ciOwnRepositories: own.join(' '),
    ciGitHosts: [...new Set([`${git}:${portOf('git', 'git')}`, ...elsewhere.map((url) => new URL(url).host)])].join(
      ',',
    ),
    ciRegistries: config.ciRegistries.join(','),
    ciJobsPerRunner: String(jobsPerRunner(config)),
    ciTestSeconds: String(config.ciTestSeconds),
    ciInstallSeconds: String(config.ciInstallSeconds),
    ciUnitSeconds: String(jobSeconds + IDLE_UNIT_SECONDS),
    // A job whose runner died may wait for others to end.
    ciLostSeconds: String(3 * jobSeconds),
    ciMemory: String(config.ciMemory),
    ciDisk: String(config.ciDisk),
    ciProcesses: String(config.ciProcesses),
    ciTasks: String(config.ciProcesses + KEEPER_THREADS),
    ciCores: String(config.ciCores),
    ciLog: String(config.ciLog),
    ciRetentionDays: String(config.ciRetentionDays),
    ciStorage: String(config.ciStorage),
  };
}
