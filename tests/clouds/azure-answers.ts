/** What Azure adds to what the lab asks of it: the outputs of each type and call that a lab may use, and of no other. */
import type { recordRegistrations } from '../helpers/mocks.ts';

type Inputs = Record<string, unknown>;
const asAsked = (): Inputs => ({});
/** The resource's own name is an output under `name`. */
const named =
  (key: string, more: (inputs: Inputs) => Inputs = asAsked) =>
  (inputs: Inputs): Inputs => ({ name: inputs[key], ...more(inputs) });

export const AZURE_TYPES: Parameters<typeof recordRegistrations>[0] = {
  'pulumi-nodejs:dynamic:Resource': () => ({ at: '2026-01-15T10:00:00.000Z' }),
  'azure-native:resources:ResourceGroup': named('resourceGroupName'),
  'azure-native:consumption:Budget': named('budgetName'),
  'azure-native:network:VirtualNetwork': named('virtualNetworkName'),
  'azure-native:network:Subnet': named('subnetName'),
  'azure-native:network:NetworkSecurityGroup': named('networkSecurityGroupName'),
  'azure-native:network:NetworkInterface': named('networkInterfaceName'),
  'azure-native:network:PublicIPAddress': named('publicIpAddressName', () => ({ ipAddress: '192.0.2.10' })),
  'azure-native:compute:VirtualMachine': named('vmName'),
  'azure-native:compute:Disk': named('diskName'),
  'azure-native:devtestlab:GlobalSchedule': named('name'),
  'azure-native:managedidentity:UserAssignedIdentity': named('resourceName', () => ({ principalId: 'principal' })),
  'azure-native:authorization:RoleAssignment': named('roleAssignmentName'),
  'azure-native:storage:StorageAccount': named('accountName', ({ accountName }) => ({
    primaryEndpoints: { blob: `https://${String(accountName)}.blob.core.windows.net/` },
  })),
  'azure-native:storage:BlobContainer': named('containerName'),
  'azure-native:storage:Blob': named('blobName', ({ accountName, containerName, blobName }) => ({
    url: `https://${String(accountName)}.blob.core.windows.net/${String(containerName)}/${String(blobName)}`,
  })),
  'azure-native:containerregistry:Registry': named('registryName', ({ registryName }) => ({
    loginServer: `${String(registryName)}.azurecr.io`,
  })),
  'docker:index/image:Image': ({ imageName }) => ({ repoDigest: `${String(imageName)}@sha256:0` }),
  'azure-native:containerinstance:ContainerGroup': named('containerGroupName', ({ ipAddress }) => ({
    ipAddress: {
      ...(ipAddress as Inputs),
      fqdn: `${String((ipAddress as Inputs).dnsNameLabel)}.westeurope.azurecontainer.io`,
    },
  })),
  'azure-native:web:AppServicePlan': named('name'),
  'azure-native:web:WebApp': named('name', ({ name, identity }) => ({
    defaultHostName: `${String(name)}.azurewebsites.net`,
    identity: { ...(identity as Inputs | undefined), principalId: 'principal' },
  })),
  'azure-native:web:WebAppSourceControl': asAsked,
  'azure-native:dbformysql:Server': named('serverName'),
  'azure-native:dbformysql:Database': named('databaseName'),
  'azure-native:privatedns:PrivateZone': named('privateZoneName'),
  'azure-native:privatedns:VirtualNetworkLink': named('virtualNetworkLinkName'),
};

export const AZURE_CALLS: Parameters<typeof recordRegistrations>[1] = {
  'azure-native:authorization:getClientConfig': () => ({
    subscriptionId: '00000000-0000-0000-0000-000000000001',
    tenantId: '00000000-0000-0000-0000-000000000002',
  }),
  'azure-native:storage:listStorageAccountServiceSAS': ({ canonicalizedResource, sharedAccessExpiryTime }) => ({
    serviceSasToken: `se=${String(sharedAccessExpiryTime)}&for=${String(canonicalizedResource)}&sig=x`,
  }),
  'azure-native:containerregistry:listRegistryCredentials': () => ({
    username: 'registry',
    passwords: [{ name: 'password', value: 'secret-registry' }],
  }),
  'azure-native:web:listWebAppPublishingCredentials': ({ name }) => ({
    scmUri: `https://$${String(name)}:secret-publish@${String(name)}.scm.azurewebsites.net`,
  }),
};
