/** Runs what a lab has beside its hosts, and waits until it answers. */
import * as pulumi from '@pulumi/pulumi';
import type { Artifact } from './artifacts.ts';
import { type AwaitAnswerOptions, awaitAnswer } from './await-answer.ts';
import type { Cloud } from './clouds/cloud.ts';
import type { LabCredentials } from './credentials/resource.ts';
import { speakPlainly } from './errors.ts';
import type { Lab } from './lab.ts';
import { functionUrlAt } from './urls.ts';

export type RunServicesOptions = {
  lab: Lab;
  cloud: Cloud;
  credentials: LabCredentials;
  artifacts: ReadonlyMap<string, Artifact>;
};

/** Stack outputs that are known when the service answers; absent where the lab has none. */
export type ServiceUrls = {
  containerUrl?: pulumi.Output<string>;
  functionUrl?: pulumi.Output<string>;
  appServiceUrl?: pulumi.Output<string>;
  /** A secret: whoever knows it may have the app built anew. */
  appServiceDeployUrl?: pulumi.Output<string>;
};

/** Asks for each service of the lab, beside its hosts and without waiting for them. */
export function runServices({ lab, cloud, credentials, artifacts }: RunServicesOptions): ServiceUrls {
  const { container, function: service } = lab;
  const urls: ServiceUrls = {};
  if (container !== undefined && cloud.runContainer !== undefined) {
    const address = cloud.runContainer(container, artifactOf(container, artifacts));
    urls.containerUrl = whenAnswered({
      what: `The container ${container.name}`,
      address,
      path: container.healthPath,
      lab,
      explain: async () => cloud.explainFailure?.(container.name),
    });
  }
  if (service !== undefined) {
    if (cloud.runFunction === undefined) throw new Error(`the cloud of stack ${lab.stack} runs no functions`);
    const address = cloud.runFunction(service, artifactOf(service, artifacts));
    urls.functionUrl = whenAnswered({
      what: `The function app ${service.name}`,
      address,
      path: service.example,
      lab,
    }).apply(functionUrlAt);
  }
  cloud.createDatabase?.(credentials.secrets.databasePassword);
  const app = cloud.createAppService?.();
  if (app !== undefined) Object.assign(urls, { appServiceUrl: app.url, appServiceDeployUrl: app.deployUrl });
  return urls;
}

function artifactOf(
  { name, artifact }: { name: string; artifact: string },
  artifacts: ReadonlyMap<string, Artifact>,
): Artifact {
  const packed = artifacts.get(artifact);
  if (packed === undefined) throw new Error(`the artifact ${artifact} of ${name} was not packed`);
  return packed;
}

type Answering = Pick<AwaitAnswerOptions, 'what' | 'explain'> & {
  address: pulumi.Output<string>;
  path: string;
  lab: Lab;
};

/** The address of a service, known when a path below it answers. */
function whenAnswered({ address, path, lab, ...told }: Answering): pulumi.Output<string> {
  return address.apply(async (url) => {
    if (pulumi.runtime.isDryRun()) return url;
    await speakPlainly(() => awaitAnswer({ ...told, url: `${url}${path}`, timeout: lab.config.readyTimeout }));
    return url;
  });
}
