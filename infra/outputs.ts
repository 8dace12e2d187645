/** The stack's outputs: where everything is. The same keys on every cloud; absent where a part is off. */
import type { Inventory } from './inventory.ts';
import { addressesOf, publishedEndpoint } from './inventory.ts';
import type { Lab } from './lab.ts';
import { type KafkaAccount, LAB_USER } from './secrets.ts';
import { type PublicUrls, publicUrls, pushBaseUrl } from './urls.ts';

export type HostOutput = {
  /** Address on the lab's own network. */
  internal: string;
  roles: string[];
  /** Port name -> `host:port` as reached from outside. */
  published: Record<string, string>;
  /** Public key of its SSH server, as in known_hosts. */
  sshHostKey: string;
};

/** How the hosts of a lab are reached. */
export type LabReach = {
  /** Certificate of the lab's own authority, PEM: it vouches for webUrlTls and kafkaBootstrap. */
  caCertificate: string;
  /** Host name -> the command that logs in there. */
  ssh: Record<string, string>;
  hosts: Record<string, HostOutput>;
};

/** The type of the resource that has it in the state, also of a lab whose hosts did not all become healthy. */
export const HOST_ADDRESSES_TYPE = 'cloud-lab:infra:HostAddresses';

/** Outputs that are no secret. `gitPushUrl` and `kafkaPassword` come beside them. */
export type LabOutputs = PublicUrls &
  LabReach & {
    /** Kafka's account for whoever comes from outside. */
    kafkaUsername: KafkaAccount;
    /** The web app of `lab:appServiceRepository`, where there is one. */
    appServiceUrl?: string;
    /** When the lab may be destroyed, ISO 8601; absent where `lab:ttl` is none. */
    expiresAt?: string;
  };

export type OutputSources = {
  lab: Lab;
  inventory: Inventory;
  caCertificate: string;
  sshHostPublicKeys: Readonly<Record<string, string>>;
  /** Files on the operator's machine that its SSH client needs. */
  ssh: { keyFile: string; knownHostsFile: string };
};

/** Everything that a user of the lab has to know, from what the lab is made of. */
export function describeOutputs({ lab, inventory, caCertificate, sshHostPublicKeys, ssh }: OutputSources): LabOutputs {
  const login = lab.hosts.map(({ name }) => [name, describeLogin(name, inventory, ssh)]);
  const hosts = lab.hosts.map(({ name, roles }): [string, HostOutput] => {
    const { internal, published } = addressesOf(inventory, name);
    const reached = Object.entries(published).map(([port, endpoint]) => [port, `${endpoint.host}:${endpoint.port}`]);
    return [
      name,
      {
        internal,
        roles: roles.map((role) => role.name),
        published: Object.fromEntries(reached),
        sshHostKey: sshHostPublicKeys[name] ?? '',
      },
    ];
  });
  return {
    ...publicUrls(lab, inventory),
    caCertificate,
    kafkaUsername: 'student',
    ssh: Object.fromEntries(login),
    hosts: Object.fromEntries(hosts),
  };
}

/** The command, for a shell, that logs in on a host. */
function describeLogin(name: string, inventory: Inventory, ssh: OutputSources['ssh']): string {
  const options = `-i ${ssh.keyFile} -o UserKnownHostsFile=${ssh.knownHostsFile} -o IdentitiesOnly=yes`;
  const { host, port } = publishedEndpoint(inventory, name, 'ssh');
  const { via } = addressesOf(inventory, name);
  if (via === undefined) return `ssh ${options} -p ${port} lab@${host}`;
  const entrance = publishedEndpoint(inventory, via, 'ssh');
  const proxy = `ssh ${options} -p ${entrance.port} -W ${host}:${port} lab@${entrance.host}`;
  return `ssh ${options} -o 'ProxyCommand=${proxy}' -p ${port} lab@${host}`;
}

/** The Git server with the account that may push to every repository below it: a secret. */
export function gitPushUrl(lab: Lab, inventory: Inventory, password: string): string {
  return pushBaseUrl(lab, inventory).replace('://', `://${LAB_USER}:${password}@`);
}
