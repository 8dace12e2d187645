/** The variables of the cloud-init files for one host: everything of the lab that a host has to be told. */
import { createHash } from 'node:crypto';
import { renderFirewall } from './firewall.ts';
import { addressesOf, type Inventory, publishedEndpoint } from './inventory.ts';
import { firstHostOf, type Host, hasRole, hostsOf, type Lab } from './lab.ts';
import { isPlainName } from './naming.ts';
import { publicUrls } from './urls.ts';

/** Of a CI job beside its installation and its tests: getting the code, packages for the cache, results. */
const OTHER_JOB_SECONDS = 900;
/** For which a runner may keep a sandbox ready before a job comes, and more. */
const IDLE_UNIT_SECONDS = 600;
/** Of the process that looks after a job. */
const KEEPER_THREADS = 32;

/** Where a host fetches an artifact, and what its content must be. */
export type ArtifactSource = { name: string; url: string; sha256: string };

export type VariableSources = {
  lab: Lab;
  inventory: Inventory;
  artifacts: readonly ArtifactSource[];
  /** One line of an OpenSSH public key. */
  sshPublicKey: string;
  version: string;
};

/** What each `{{variable}}` of cloud-init/ stands for on the given host. */
export function describeVariables(
  host: Host,
  { lab, inventory, artifacts, sshPublicKey, version }: VariableSources,
): Record<string, string> {
  const brokers = hostsOf(lab, 'kafka');
  const storage = firstHostOf(lab, 'storage').name;
  const git = firstHostOf(lab, 'git').name;
  const others = new Set(host.roles.flatMap(({ talksTo }) => talksTo));
  const known = lab.hosts.filter(
    ({ name, roles }) => name === host.name || roles.some((role) => others.has(role.name)),
  );
  const broker = hasRole(host, 'kafka') ? publishedEndpoint(inventory, host.name, 'kafka') : undefined;
  return {
    host: host.name,
    hostIndex: String(host.index),
    stack: lab.stack,
    version,
    sshPublicKey,
    hostsFile: known.map(({ name }) => `${addressesOf(inventory, name).internal} ${name}`).join('\n'),
    firewall: renderFirewall(host.ports, inventory),
    health: JSON.stringify({ host: host.name, checks: host.checks }),
    installArtifacts: artifacts
      .map(({ name, url, sha256 }) => `/usr/local/lib/lab/install-artifact ${name} ${url} ${sha256}`)
      .join('\n'),
    endpoints: JSON.stringify(publicUrls(lab, inventory)),
    kafkaBrokers: brokers.map(({ name }) => `${name}:9092`).join(','),
    kafkaReplication: String(brokers.length),
    kafkaClusterId: createHash('sha256').update(`kafka ${lab.stack}`).digest().subarray(0, 16).toString('base64url'),
    kafkaExternal: broker === undefined ? '' : `${broker.host}:${broker.port}`,
    blobInternalUrl: `http://${storage}:10000/lab`,
    gitHost: git,
    gitInternalUrl: `http://${git}:8080/git`,
    webUrl: publicUrls(lab, inventory).webUrl,
    ...describeCi(lab, git),
  };
}

/** What the CI is told: its repositories, and the limits of its jobs. */
function describeCi({ config }: Lab, git: string): Record<string, string> {
  const elsewhere = config.ciRepositories.filter((repository) => !isPlainName(repository));
  const own = config.ciRepositories.filter(isPlainName);
  const jobSeconds = config.ciTestSeconds + config.ciInstallSeconds + OTHER_JOB_SECONDS;
  return {
    ciRepositories: config.ciRepositories.join(','),
    ciOwnRepositories: own.join(' '),
    ciGitHosts: [...new Set([`${git}:8080`, ...elsewhere.map((url) => new URL(url).host)])].join(','),
    ciRegistries: config.ciRegistries.join(','),
    ciJobsPerRunner: String(config.ciJobsPerRunner),
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
  };
}
