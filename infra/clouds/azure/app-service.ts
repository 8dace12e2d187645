/** App Service: a web app that Azure builds and serves straight from a Git repository. */
import * as web from '@pulumi/azure-native/web/index.js';
import * as pulumi from '@pulumi/pulumi';
import type { AppService } from '../cloud.ts';
import type { LabGroup } from './group.ts';
import { globalName } from './names.ts';

/** The newest long-term release that App Service has; its build tells Node and Python apart by their files. */
const RUNTIME = 'NODE|24-lts';

export function createAppService(repository: string, at: LabGroup): AppService {
  const { common, config } = at;
  const plan = new web.AppServicePlan('app-plan', {
    ...common,
    name: 'app-plan',
    kind: 'linux',
    reserved: true,
    sku: { name: 'B1', tier: 'Basic' },
  });
  const app = new web.WebApp('app', {
    ...common,
    name: at.suffix.apply((suffix) => globalName(config.stack, 'app', suffix)),
    kind: 'app,linux',
    reserved: true,
    serverFarmId: plan.id,
    httpsOnly: true,
    siteConfig: {
      linuxFxVersion: RUNTIME,
      ftpsState: 'Disabled',
      minTlsVersion: '1.2',
      appSettings: [{ name: 'SCM_DO_BUILD_DURING_DEPLOYMENT', value: 'true' }],
    },
  });
  new web.WebAppSourceControl('app-source', {
    resourceGroupName: common.resourceGroupName,
    name: app.name,
    repoUrl: repository,
    branch: config.appServiceBranch,
    // Azure may then read a public repository without an account there; a webhook tells it of pushes.
    isManualIntegration: true,
    // A commit that does not build leaves the last one that did.
    deploymentRollbackEnabled: true,
  });
  const { scmUri } = web.listWebAppPublishingCredentialsOutput({
    resourceGroupName: common.resourceGroupName,
    name: app.name,
  });
  return {
    url: pulumi.interpolate`https://${app.defaultHostName}`,
    deployUrl: pulumi.secret(pulumi.interpolate`${scmUri}/deploy`),
  };
}
