/** The managed database: Azure Database for MySQL, reached from the lab's network alone. */
import * as dbformysql from '@pulumi/azure-native/dbformysql/index.js';
import * as network from '@pulumi/azure-native/network/index.js';
import * as privatedns from '@pulumi/azure-native/privatedns/index.js';
import * as pulumi from '@pulumi/pulumi';
import { formatCidr } from '../../cidr.ts';
import { resourceName } from '../../naming.ts';
import { hostsSubnet } from '../own-network.ts';
import { DATABASE_GIB } from './bill.ts';
import type { LabGroup } from './group.ts';
import { globalName } from './names.ts';
import type { LabNetwork } from './network.ts';

/** The name of the server, known before there is one. */
export function databaseHost(at: LabGroup): pulumi.Output<string> {
  return at.suffix.apply((suffix) => `${globalName(at.config.stack, 'database', suffix)}.mysql.database.azure.com`);
}

/** @param password of the account `web`, which the web app uses */
export function createDatabase(
  password: pulumi.Input<string>,
  { virtualNetwork }: LabNetwork,
  { common, config, suffix }: LabGroup,
): void {
  const hosts = hostsSubnet(config);
  const place = { resourceGroupName: common.resourceGroupName };
  // Azure puts the server into a subnet that is its alone, the one after the hosts'.
  const subnet = new network.Subnet('database', {
    ...place,
    virtualNetworkName: virtualNetwork.name,
    subnetName: 'database',
    addressPrefix: formatCidr({ first: hosts.first + 256, bits: 24 }),
    delegations: [{ name: 'mysql', serviceName: 'Microsoft.DBforMySQL/flexibleServers' }],
    defaultOutboundAccess: false,
  });
  const zone = new privatedns.PrivateZone('database-zone', {
    ...place,
    location: 'global',
    tags: common.tags,
    privateZoneName: 'lab.private.mysql.database.azure.com',
  });
  const link = new privatedns.VirtualNetworkLink('database-zone-link', {
    ...place,
    location: 'global',
    tags: common.tags,
    privateZoneName: zone.name,
    virtualNetworkLinkName: resourceName(config.stack),
    virtualNetwork: { id: virtualNetwork.id },
    registrationEnabled: false,
  });
  const server = new dbformysql.Server(
    'database',
    {
      ...common,
      serverName: suffix.apply((suffix) => globalName(config.stack, 'database', suffix)),
      version: '8.0.21',
      sku: { name: 'Standard_B1ms', tier: 'Burstable' },
      storage: { storageSizeGB: DATABASE_GIB, autoGrow: 'Disabled' },
      backup: { backupRetentionDays: 7, geoRedundantBackup: 'Disabled' },
      administratorLogin: 'web',
      administratorLoginPassword: pulumi.secret(password),
      network: {
        delegatedSubnetResourceId: subnet.id,
        privateDnsZoneResourceId: zone.id,
        publicNetworkAccess: 'Disabled',
      },
    },
    { dependsOn: link },
  );
  new dbformysql.Database('database-lab', {
    ...place,
    serverName: server.name,
    databaseName: 'lab',
    charset: 'utf8mb4',
    collation: 'utf8mb4_0900_ai_ci',
  });
}
