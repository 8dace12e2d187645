/** Describes the lab that a configuration asks for: its hosts, with their roles and ports, as plain data. */
import type { Check } from './checks.ts';
import { CLOUD_TRAITS, type CloudTraits } from './cloud-traits.ts';
import type { LabConfig } from './config.ts';
import { type LabPlan, type Port, ROLES, type Role, type RoleName, type RolePort, SSH } from './roles.ts';
import { type ContainerInstance, type FunctionService, NUMBERS_CONTAINER, NUMBERS_FUNCTION } from './services.ts';

/** A machine of the lab, before any cloud is asked for it: what its roles need, taken together. */
export type Host = {
  /** Unique within the lab, such as `web` or `ci-1`: its hostname and its key in outputs. */
  name: string;
  roles: readonly Role[];
  /** Counts from 1 among hosts of its kind. */
  index: number;
  ports: readonly Port[];
  /** Names of the artifacts that it runs. */
  artifacts: readonly string[];
  keepsData: boolean;
  /** MiB. */
  memory: number;
  checks: readonly Check[];
};

export type Lab = {
  stack: string;
  config: LabConfig;
  /** Of the cloud that it is for. */
  traits: CloudTraits;
  hosts: readonly Host[];
  /** Absent where it is off, or on a host. */
  container?: ContainerInstance;
  /** Absent where it is off, or on a host. */
  function?: FunctionService;
};

/** For how many jobs a runner host has memory where the configuration leaves their number to its cores. */
const USUAL_JOBS = 2;
/** The only host of a lab that has but one. */
const ONE_HOST = 'lab';
/** Of the memory of its roles: they have their peaks at different times, and one system under them. */
const ONE_HOST_SHARE = 0.5;

/**
 * Expands a configuration to the list of hosts; the same configuration always gives the same lab.
 * @param traits of the cloud that the configuration names
 */
export function describeLab(config: LabConfig, traits: CloudTraits = CLOUD_TRAITS[config.cloud]): Lab {
  const at = { config, traits };
  return {
    stack: config.stack,
    config,
    traits,
    hosts: config.hosts === 'one' ? [describeOneHost(at)] : describeManyHosts(at),
    ...(config.container && traits.containerInstances ? { container: NUMBERS_CONTAINER } : {}),
    ...(config.function && traits.functionService ? { function: NUMBERS_FUNCTION } : {}),
  };
}

/** Every role on a host of its own, but for the Git server. */
function describeManyHosts(at: LabPlan): Host[] {
  const { ciRunners, kafkaBrokers } = at.config;
  const host = (name: string, index: number, roles: readonly RoleName[]): Host =>
    describeHost(at, { name, index, roles, memory: memoryOf(roles) + memoryOfJobs(at, roles) });
  const several = (count: number, describe: (index: number) => Host): Host[] =>
    Array.from({ length: count }, (_, position) => describe(position + 1));
  return [
    host('web', 1, ['web']),
    ...neededOf(at, ['database', 'storage']).map((role) => host(role, 1, [role])),
    ...several(kafkaBrokers, (index) => host(`kafka-${index}`, index, ['kafka'])),
    ...several(ciRunners, (index) => host(`ci-${index}`, index, index === 1 ? ['git', 'ci'] : ['ci'])),
    ...neededOf(at, ['function', 'container']).map((role) => host(role, 1, [role])),
  ];
}

/** All roles on one host, for who has no more. */
function describeOneHost(at: LabPlan): Host {
  const roles = neededOf(at, ['web', 'database', 'storage', 'kafka', 'git', 'ci', 'function', 'container']);
  const memory = Math.ceil(memoryOf(roles) * ONE_HOST_SHARE) + memoryOfJobs(at, roles);
  return describeHost(at, { name: ONE_HOST, index: 1, roles, memory });
}

/** Those roles that a host has to have, as the cloud has no service in its place. */
function neededOf({ config, traits }: LabPlan, roles: readonly RoleName[]): RoleName[] {
  const needed: Partial<Record<RoleName, boolean>> = {
    database: !config.managedDatabase,
    storage: !traits.blobService,
    function: config.function && !traits.functionService,
    container: config.container && !traits.containerInstances,
  };
  return roles.filter((role) => needed[role] ?? true);
}

function memoryOf(roles: readonly RoleName[]): number {
  return roles.reduce((sum, role) => sum + ROLES[role].memory, 0);
}

function memoryOfJobs({ config }: LabPlan, roles: readonly RoleName[]): number {
  if (!roles.includes('ci')) return 0;
  const jobs = jobsPerRunner(config);
  return (jobs === 0 ? USUAL_JOBS : jobs) * config.ciMemory;
}

/** How many jobs a runner runs side by side; 0: as many as its cores and memory allow. */
export function jobsPerRunner({ ciJobsPerRunner, hosts }: LabConfig): number {
  // A runner that counts the memory of its host would take that of the other roles.
  return ciJobsPerRunner === 0 && hosts === 'one' ? 1 : ciJobsPerRunner;
}

/** Names of all that is to be packed for a lab. */
export function listArtifacts({ hosts, container, function: service }: Lab): string[] {
  const services = [container, service].flatMap((each) => (each === undefined ? [] : [each.artifact]));
  return [...hosts.flatMap(({ artifacts }) => artifacts), ...services];
}

/** The hosts that have a role, in order. */
export function hostsOf(lab: Lab, role: RoleName): Host[] {
  return lab.hosts.filter((host) => hasRole(host, role));
}

/** The first host that has a role. @throws Error where the lab has none */
export function firstHostOf(lab: Lab, role: RoleName): Host {
  const [host] = hostsOf(lab, role);
  if (host === undefined) throw new Error(`the lab of stack ${lab.stack} has no ${role} host`);
  return host;
}

export function hasRole(host: Host, role: RoleName): boolean {
  return host.roles.some(({ name }) => name === role);
}

type HostKind = { name: string; index: number; roles: readonly RoleName[]; memory: number };

function describeHost(plan: LabPlan, { name, index, roles: roleNames, memory }: HostKind): Host {
  const roles = roleNames.map((role) => ROLES[role]);
  const apps = roles.flatMap(({ artifacts }) => artifacts);
  return {
    name,
    roles,
    index,
    ports: [SSH, ...roles.flatMap(({ ports }) => ports.flatMap((port) => resolvePort(port, plan)))],
    artifacts: [
      // What the apps run on, where the machine's image has it not.
      ...(plan.traits.softwareInImage || apps.length === 0 ? [] : ['node']),
      ...apps,
    ],
    keepsData: roles.some(({ keepsData }) => keepsData),
    memory,
    checks: roles.flatMap(({ checks, checksFor }) => [...checks, ...(checksFor?.(plan.config) ?? [])]),
  };
}

function resolvePort({ wanted, from, ...port }: RolePort, plan: LabPlan): Port[] {
  if (wanted !== undefined && !wanted(plan.config)) return [];
  return [{ ...port, from: typeof from === 'function' ? from(plan) : from }];
}
