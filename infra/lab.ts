/** Describes the lab that a configuration asks for: its hosts, with their roles and ports, as plain data. */
import { CLOUD_TRAITS, type CloudTraits } from './cloud-traits.ts';
import type { LabConfig } from './config.ts';
import { type Check, type Port, ROLES, type Role, type RoleName, SSH } from './roles.ts';
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

/**
 * Expands a configuration to the list of hosts; the same configuration always gives the same lab.
 * @param traits of the cloud that the configuration names
 */
export function describeLab(config: LabConfig, traits: CloudTraits = CLOUD_TRAITS[config.cloud]): Lab {
  const host = (name: string, index: number, roles: readonly RoleName[], moreMemory = 0): Host =>
    describeHost({ config, traits }, { name, index, roles, moreMemory });
  const jobsMemory = (config.ciJobsPerRunner === 0 ? USUAL_JOBS : config.ciJobsPerRunner) * config.ciMemory;
  const runners = Array.from({ length: config.ciRunners }, (_, position) =>
    host(`ci-${position + 1}`, position + 1, position === 0 ? ['git', 'ci'] : ['ci'], jobsMemory),
  );
  const brokers = Array.from({ length: config.kafkaBrokers }, (_, position) =>
    host(`kafka-${position + 1}`, position + 1, ['kafka']),
  );
  return {
    stack: config.stack,
    config,
    traits,
    hosts: [
      host('web', 1, ['web']),
      ...(config.managedDatabase ? [] : [host('database', 1, ['database'])]),
      ...(traits.blobService ? [] : [host('storage', 1, ['storage'])]),
      ...brokers,
      ...runners,
      ...(config.function && !traits.functionService ? [host('function', 1, ['function'])] : []),
      ...(config.container && !traits.containerInstances ? [host('container', 1, ['container'])] : []),
    ],
    ...(config.container && traits.containerInstances ? { container: NUMBERS_CONTAINER } : {}),
    ...(config.function && traits.functionService ? { function: NUMBERS_FUNCTION } : {}),
  };
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

type HostKind = { name: string; index: number; roles: readonly RoleName[]; moreMemory: number };

function describeHost(
  { config, traits }: { config: LabConfig; traits: CloudTraits },
  { name, index, roles: roleNames, moreMemory }: HostKind,
): Host {
  const roles = roleNames.map((role) => ROLES[role]);
  const apps = roles.flatMap(({ artifacts }) => artifacts);
  return {
    name,
    roles,
    index,
    ports: [SSH, ...roles.flatMap(({ ports }) => ports)].filter(({ wanted }) => wanted?.(config) ?? true),
    artifacts: [
      // What the apps run on, where the machine's image has it not.
      ...(traits.softwareInImage || apps.length === 0 ? [] : ['node']),
      ...apps,
    ],
    keepsData: roles.some(({ keepsData }) => keepsData),
    memory: roles.reduce((sum, { memory }) => sum + memory, moreMemory),
    checks: roles.flatMap(({ checks }) => checks),
  };
}
