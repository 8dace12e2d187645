/** Describes the lab that a configuration asks for: its hosts, with their roles and ports, as plain data. */
import type { LabConfig } from './config.ts';
import { type Port, ROLES, type Role, type RoleName } from './roles.ts';

/** A machine of the lab, before any cloud is asked for it. */
export type Host = {
  /** Unique within the lab, such as `web` or `ci-1`: its hostname and its key in outputs. */
  name: string;
  role: Role;
  /** Counts from 1 among the hosts of its role. */
  index: number;
  ports: readonly Port[];
  keepsData: boolean;
};

export type Lab = {
  stack: string;
  config: LabConfig;
  hosts: readonly Host[];
};

/** Expands a configuration to the list of hosts; the same configuration always gives the same lab. */
export function describeLab(config: LabConfig): Lab {
  const hosts = [
    ...numbered('web'),
    ...numbered('database'),
    ...numbered('storage'),
    ...numbered('kafka', 1),
    ...numbered('ci', config.ciRunners),
  ];
  return { stack: config.stack, config, hosts };
}

/** The hosts of a role, in order. */
export function hostsOf(lab: Lab, role: RoleName): Host[] {
  return lab.hosts.filter((host) => host.role.name === role);
}

/** The first host of a role. @throws Error where the lab has none */
export function firstHostOf(lab: Lab, role: RoleName): Host {
  const [host] = hostsOf(lab, role);
  if (host === undefined) throw new Error(`the lab of stack ${lab.stack} has no ${role} host`);
  return host;
}

/** One host called as its role where only one can be, else `role-1` and so on. */
function numbered(name: RoleName, count?: number): Host[] {
  const role = ROLES[name];
  return Array.from({ length: count ?? 1 }, (_, position) => ({
    name: count === undefined ? name : `${name}-${position + 1}`,
    role,
    index: position + 1,
    ports: role.ports,
    keepsData: role.keepsData,
  }));
}
