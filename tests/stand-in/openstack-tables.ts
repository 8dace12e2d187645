/** OpenStack's resources, as far as the lab uses them: their ids, what the cloud adds, and what cannot be changed on them. */
import { createHash } from 'node:crypto';
import type { Properties, ResourceKind, StandInTables } from './tables.ts';

const uuid = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
/** Names are no claim on OpenStack, so what tells two of a kind apart goes in as well. */
const byAll = (kind: string, replacedBy: readonly string[] = []): ResourceKind => ({
  id: (inputs) => uuid(`${kind} ${JSON.stringify(inputs)} ${count++}`),
  replacedBy,
});
let count = 0;

const addressOf = (id: string): string => `198.51.100.${10 + (Number.parseInt(id.slice(0, 4), 16) % 200)}`;
const named = (inputs: Properties): string => String(inputs.name);

const tables: StandInTables = {
  types: {
    'openstack:networking/network:Network': byAll('network'),
    'openstack:networking/subnet:Subnet': byAll('subnet', ['networkId', 'cidr']),
    'openstack:networking/router:Router': byAll('router'),
    'openstack:networking/routerInterface:RouterInterface': byAll('interface', ['routerId', 'subnetId']),
    'openstack:networking/secGroup:SecGroup': byAll('group'),
    'openstack:networking/secGroupRule:SecGroupRule': byAll('rule', [
      'portRangeMin',
      'remoteIpPrefix',
      'securityGroupId',
    ]),
    'openstack:networking/port:Port': byAll('port', ['networkId']),
    'openstack:networking/floatingIp:FloatingIp': {
      ...byAll('address', ['pool']),
      computed: { address: (_, id) => addressOf(id) },
    },
    'openstack:networking/floatingIpAssociate:FloatingIpAssociate': byAll('association', ['floatingIp']),
    'openstack:compute/keypair:Keypair': { id: named, replacedBy: ['name', 'publicKey'] },
    'openstack:compute/instance:Instance': {
      ...byAll('instance', ['userData', 'imageId', 'blockDevices', 'networks', 'keyPair', 'configDrive']),
    },
    'openstack:blockstorage/volume:Volume': byAll('volume'),
    'openstack:objectstorage/container:Container': { id: named, replacedBy: ['name'] },
    'openstack:objectstorage/containerObject:ContainerObject': {
      id: ({ containerName, name }) => `${containerName}/${name}`,
      replacedBy: ['containerName', 'name'],
    },
  },
  invokes: {},
};

export default tables;
