/** The function: a Function App on the consumption plan, which costs nothing while nobody calls it. */
import * as authorization from '@pulumi/azure-native/authorization/index.js';
import * as web from '@pulumi/azure-native/web/index.js';
import * as pulumi from '@pulumi/pulumi';
import type { Artifact } from '../../artifacts.ts';
import type { FunctionService } from '../../services.ts';
import type { LabGroup } from './group.ts';
import { globalName } from './names.ts';
import { type BootStorage, createAccount, roleDefinition } from './storage.ts';

/** The newest that Linux has on the consumption plan: https://learn.microsoft.com/azure/azure-functions/functions-reference-node */
const RUNTIME = 'NODE|22';
/** What the Functions host wants of its own account: Storage Blob Data Owner and Storage Queue Data Contributor. */
const HOST_RIGHTS = {
  blobs: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  queues: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
};
/** Storage Blob Data Reader, of the container with its package. */
const READER = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1';

/** @returns the address below which the functions are called */
export function runFunction(
  service: FunctionService,
  artifact: Artifact,
  at: LabGroup,
  boots: BootStorage,
): pulumi.Output<string> {
  const { common, config } = at;
  const account = createAccount('function-storage', 'func', at, { allowSharedKeyAccess: false });
  const code = boots.offerPackage(artifact);
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
        // Both by its identity: https://learn.microsoft.com/azure/azure-functions/run-functions-from-deployment-package
        AzureWebJobsStorage__accountName: account.name,
        WEBSITE_RUN_FROM_PACKAGE: code.url,
      }).map(([name, value]) => ({ name, value })),
    },
  });
  const principalId = app.identity.apply((identity) => identity?.principalId ?? '');
  const grant = (name: string, role: string, scope: pulumi.Input<string>, description: string): void => {
    new authorization.RoleAssignment(`function-${name}`, {
      principalId,
      principalType: 'ServicePrincipal',
      roleDefinitionId: roleDefinition(role, at),
      scope,
      description,
    });
  };
  for (const [name, role] of Object.entries(HOST_RIGHTS))
    grant(name, role, account.id, `the function's host uses the ${name} of its own account`);
  grant('package', READER, code.containerId, "the function's host reads its package");
  return pulumi.interpolate`https://${app.defaultHostName}`;
}
