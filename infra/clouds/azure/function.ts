/** The function: a Function App on the consumption plan, which costs nothing while nobody calls it. */
import * as authorization from '@pulumi/azure-native/authorization/index.js';
import * as storage from '@pulumi/azure-native/storage/index.js';
import * as web from '@pulumi/azure-native/web/index.js';
import * as pulumi from '@pulumi/pulumi';
import type { Artifact } from '../../artifacts.ts';
import type { FunctionService } from '../../services.ts';
import { unpackArtifact } from '../unpack-artifact.ts';
import type { LabGroup } from './group.ts';
import { globalName } from './names.ts';
import { createAccount, roleDefinition } from './storage.ts';

/** The newest that Linux has on the consumption plan: https://learn.microsoft.com/azure/azure-functions/functions-reference-node */
const RUNTIME = 'NODE|22';
/** Storage Blob Data Owner and Storage Queue Data Contributor: what the Functions host wants of its own account. */
const HOST_RIGHTS = {
  blobs: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  queues: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
};

/** @returns the address below which the functions are called */
export function runFunction(service: FunctionService, artifact: Artifact, at: LabGroup): pulumi.Output<string> {
  const { common, config } = at;
  const account = createAccount('function-storage', 'func', at, { allowSharedKeyAccess: false });
  const place = { resourceGroupName: common.resourceGroupName, accountName: account.name };
  const packages = new storage.BlobContainer('function-packages', { ...place, containerName: 'packages' });
  const code = new storage.Blob('function-package', {
    ...place,
    containerName: packages.name,
    blobName: `${artifact.sha256}.zip`,
    source: new pulumi.asset.FileArchive(unpackArtifact(artifact)),
  });
  const plan = new web.AppServicePlan('function-plan', {
    ...common,
    name: 'function-plan',
    kind: 'functionapp',
    reserved: true,
    sku: { name: 'Y1', tier: 'Dynamic' },
  });
  const app = new web.WebApp(service.name, {
    ...common,
    name: at.suffix.apply((suffix) => globalName(config.stack, service.name, suffix)),
    kind: 'functionapp,linux',
    reserved: true,
    serverFarmId: plan.id,
    httpsOnly: true,
    identity: { type: 'SystemAssigned' },
    siteConfig: {
      linuxFxVersion: RUNTIME,
      ftpsState: 'Disabled',
      minTlsVersion: '1.2',
      http20Enabled: true,
      appSettings: Object.entries({
        FUNCTIONS_EXTENSION_VERSION: '~4',
        FUNCTIONS_WORKER_RUNTIME: 'node',
        // Both by its identity: there is no key of the account to know.
        AzureWebJobsStorage__accountName: account.name,
        WEBSITE_RUN_FROM_PACKAGE: code.url,
      }).map(([name, value]) => ({ name, value })),
    },
  });
  const principalId = app.identity.apply((identity) => identity?.principalId ?? '');
  for (const [name, role] of Object.entries(HOST_RIGHTS)) {
    new authorization.RoleAssignment(`function-${name}`, {
      principalId,
      principalType: 'ServicePrincipal',
      roleDefinitionId: roleDefinition(role, at),
      scope: account.id,
      description: `the function's host uses the ${name} of its own account`,
    });
  }
  return pulumi.interpolate`https://${app.defaultHostName}`;
}
