/** Azure, as far as a lab uses it: for each type its id, what the service adds, and what it does not let change; the functions. */
import { createHash } from 'node:crypto';
import type { Properties, ResourceKind, StandInTables } from './tables.ts';

export const SUBSCRIPTION = '00000000-0000-4000-8000-000000000001';
const TENANT = '00000000-0000-4000-8000-000000000002';
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/{resourceGroupName}`;

/** The same for the same text, in the form that Azure gives its ids. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Fills in the inputs that a path names. @throws Error where one is missing: Azure's plugin would make up a name */
function fillPath(path: string, inputs: Properties): string {
  return path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const value = inputs[name];
    if (typeof value !== 'string' || value === '')
      throw new Error(`${path} has no ${name}: the stand-in gives no names`);
    return value;
  });
}

/**
 * A type whose resources have an id of this path, and the output `name`. Neither what the path names nor the region can be changed:
 * https://learn.microsoft.com/azure/azure-resource-manager/management/move-support-resources
 */
function kindAt(path: string, more: Omit<ResourceKind, 'id'> = {}): ResourceKind {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const own = names.at(-1) ?? '';
  return {
    id: (inputs) => fillPath(path, inputs),
    computed: { name: (inputs) => inputs[own], ...more.computed },
    replacedBy: [...names, 'location', ...(more.replacedBy ?? [])],
  };
}

const inGroup = (path: string, more?: Omit<ResourceKind, 'id'>): ResourceKind =>
  kindAt(`${GROUP}/providers/${path}`, more);

const member = (value: unknown, name: string): string => String((value as Properties | undefined)?.[name] ?? '');

/** An address from a network that is reserved for examples (RFC 5737), chosen by the resource. */
const exampleAddress = (id: string): string => `203.0.113.${1 + (Number.parseInt(uuidOf(id).slice(0, 2), 16) % 254)}`;

const ACCOUNT = 'Microsoft.Storage/storageAccounts/{accountName}';
const CONTAINER = `${ACCOUNT}/blobServices/default/containers/{containerName}`;
const SERVER = 'Microsoft.DBforMySQL/flexibleServers/{serverName}';
const NETWORK = 'Microsoft.Network/virtualNetworks/{virtualNetworkName}';
const MACHINE = 'Microsoft.Compute/virtualMachines/{vmName}';
const ZONE = 'Microsoft.Network/privateDnsZones/{privateZoneName}';

const identities: StandInTables['types'] = {
  'azure-native:managedidentity:UserAssignedIdentity': inGroup(
    'Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}',
    {
      computed: {
        principalId: (_inputs, id) => uuidOf(`principal ${id}`),
        clientId: (_inputs, id) => uuidOf(`client ${id}`),
        tenantId: () => TENANT,
      },
    },
  ),
  // Azure's plugin gives it a GUID for a name where the program has none. Only its description can be changed.
  'azure-native:authorization:RoleAssignment': {
    id: (inputs) => {
      const { scope, principalId, roleDefinitionId, roleAssignmentName } = inputs;
      const name = roleAssignmentName ?? uuidOf(`${scope} ${principalId} ${roleDefinitionId}`);
      return `${fillPath('{scope}', inputs)}/providers/Microsoft.Authorization/roleAssignments/${name}`;
    },
    computed: { name: (_inputs, id) => id.split('/').at(-1) },
    replacedBy: ['scope', 'principalId', 'principalType', 'roleDefinitionId', 'roleAssignmentName'],
  },
};

const networks: StandInTables['types'] = {
  'azure-native:network:VirtualNetwork': inGroup(NETWORK),
  'azure-native:network:Subnet': inGroup(`${NETWORK}/subnets/{subnetName}`),
  'azure-native:network:NetworkSecurityGroup': inGroup(
    'Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}',
  ),
  'azure-native:network:PublicIPAddress': inGroup('Microsoft.Network/publicIPAddresses/{publicIpAddressName}', {
    computed: {
      ipAddress: (_inputs, id) => exampleAddress(id),
      dnsSettings: ({ dnsSettings, location }) => {
        if (dnsSettings === undefined) return undefined;
        const fqdn = `${member(dnsSettings, 'domainNameLabel')}.${location}.cloudapp.azure.com`;
        return { ...(dnsSettings as Properties), fqdn };
      },
    },
    replacedBy: ['sku', 'zones'],
  }),
  'azure-native:network:NetworkInterface': inGroup('Microsoft.Network/networkInterfaces/{networkInterfaceName}'),
  'azure-native:privatedns:PrivateZone': inGroup(ZONE),
  'azure-native:privatedns:VirtualNetworkLink': inGroup(`${ZONE}/virtualNetworkLinks/{virtualNetworkLinkName}`, {
    replacedBy: ['virtualNetwork'],
  }),
};

const machines: StandInTables['types'] = {
  'azure-native:compute:VirtualMachine': inGroup(MACHINE, { computed: { vmId: (_inputs, id) => uuidOf(id) } }),
  'azure-native:compute:VirtualMachineExtension': inGroup(`${MACHINE}/extensions/{vmExtensionName}`),
  'azure-native:compute:Disk': inGroup('Microsoft.Compute/disks/{diskName}', { replacedBy: ['creationData'] }),
  'azure-native:devtestlab:GlobalSchedule': inGroup('Microsoft.DevTestLab/schedules/{name}'),
};

const storage: StandInTables['types'] = {
  'azure-native:storage:StorageAccount': inGroup(ACCOUNT, {
    computed: {
      primaryEndpoints: ({ accountName }) =>
        Object.fromEntries(
          ['blob', 'queue', 'table', 'file'].map((kind) => [kind, `https://${accountName}.${kind}.core.windows.net/`]),
        ),
    },
  }),
  'azure-native:storage:BlobContainer': inGroup(CONTAINER),
  'azure-native:storage:Blob': inGroup(`${CONTAINER}/blobs/{blobName}`, {
    computed: {
      url: ({ accountName, containerName, blobName }) =>
        `https://${accountName}.blob.core.windows.net/${containerName}/${blobName}`,
    },
  }),
};

const services: StandInTables['types'] = {
  'azure-native:containerregistry:Registry': inGroup('Microsoft.ContainerRegistry/registries/{registryName}', {
    computed: { loginServer: ({ registryName }) => `${registryName}.azurecr.io` },
  }),
  'azure-native:containerinstance:ContainerGroup': inGroup(
    'Microsoft.ContainerInstance/containerGroups/{containerGroupName}',
    {
      computed: {
        ipAddress: ({ ipAddress, location }, id) => ({
          ...(ipAddress as Properties),
          ip: exampleAddress(id),
          fqdn: `${member(ipAddress, 'dnsNameLabel')}.${location}.azurecontainer.io`,
        }),
      },
    },
  ),
  'azure-native:web:AppServicePlan': inGroup('Microsoft.Web/serverfarms/{name}', { replacedBy: ['reserved'] }),
  'azure-native:web:WebApp': inGroup('Microsoft.Web/sites/{name}', {
    computed: {
      defaultHostName: ({ name }) => `${name}.azurewebsites.net`,
      identity: ({ identity }, id) =>
        identity === undefined
          ? undefined
          : { ...(identity as Properties), principalId: uuidOf(`principal ${id}`), tenantId: TENANT },
    },
  }),
  'azure-native:web:WebAppSourceControl': inGroup('Microsoft.Web/sites/{name}/sourcecontrols/web'),
  'azure-native:dbformysql:Server': inGroup(SERVER, {
    computed: { fullyQualifiedDomainName: ({ serverName }) => `${serverName}.mysql.database.azure.com` },
    replacedBy: ['administratorLogin', 'network'],
  }),
  'azure-native:dbformysql:Database': inGroup(`${SERVER}/databases/{databaseName}`),
  'azure-native:dbformysql:FirewallRule': inGroup(`${SERVER}/firewallRules/{firewallRuleName}`),
  'azure-native:dbformysql:Configuration': inGroup(`${SERVER}/configurations/{configurationName}`),
};

const tables: StandInTables = {
  types: {
    'azure-native:resources:ResourceGroup': kindAt(GROUP),
    'azure-native:consumption:Budget': kindAt('{scope}/providers/Microsoft.Consumption/budgets/{budgetName}'),
    ...identities,
    ...networks,
    ...machines,
    ...storage,
    ...services,
  },
  invokes: {
    'azure-native:authorization:getClientConfig': () => ({
      clientId: uuidOf('client'),
      objectId: uuidOf('object'),
      subscriptionId: SUBSCRIPTION,
      tenantId: TENANT,
    }),
    'azure-native:storage:listStorageAccountServiceSAS': ({ canonicalizedResource, sharedAccessExpiryTime }) => {
      const query = { se: String(sharedAccessExpiryTime), sig: `signature of ${canonicalizedResource}` };
      return { serviceSasToken: new URLSearchParams(query).toString() };
    },
    'azure-native:storage:listStorageAccountKeys': ({ accountName }) => ({
      keys: ['key1', 'key2'].map((keyName) => ({
        keyName,
        value: `${keyName} of ${accountName}`,
        permissions: 'Full',
      })),
    }),
    'azure-native:containerregistry:listRegistryCredentials': ({ registryName }) => ({
      username: registryName,
      passwords: ['password', 'password2'].map((name) => ({ name, value: `${name} of ${registryName}` })),
    }),
    'azure-native:web:listWebAppPublishingCredentials': ({ name }) => ({
      name,
      publishingUserName: `$${name}`,
      publishingPassword: `password of ${name}`,
      scmUri: `https://$${name}:password@${name}.scm.azurewebsites.net`,
    }),
    'azure-native:web:listWebAppHostKeys': ({ name }) => ({ masterKey: `master key of ${name}`, functionKeys: {} }),
  },
};

export default tables;
