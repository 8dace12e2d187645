/** Runs what a lab has beside its hosts, on a cloud that has a service for it. */
import type * as pulumi from '@pulumi/pulumi';
import type { Artifact } from './artifacts.ts';
import type { Cloud } from './clouds/cloud.ts';
import type { Lab } from './lab.ts';
import { functionUrlAt } from './urls.ts';

export type RunServicesOptions = { lab: Lab; cloud: Cloud; artifacts: ReadonlyMap<string, Artifact> };

/** Stack outputs that are known when the service answers; absent where there is none. */
export type ServiceUrls = { containerUrl?: pulumi.Output<string>; functionUrl?: pulumi.Output<string> };

/** Asks for each service of the lab, beside its hosts and without waiting for them. */
export function runServices({ lab, cloud, artifacts }: RunServicesOptions): ServiceUrls {
  const artifactOf = ({ name, artifact }: { name: string; artifact: string }): Artifact => {
    const packed = artifacts.get(artifact);
    if (packed === undefined) throw new Error(`the artifact ${artifact} of ${name} was not packed`);
    return packed;
  };
  const { container, function: service } = lab;
  const urls: ServiceUrls = {};
  if (container !== undefined) urls.containerUrl = cloud.runContainer(container, artifactOf(container));
  if (service !== undefined) {
    if (cloud.runFunction === undefined) throw new Error(`the cloud of stack ${lab.stack} runs no functions`);
    urls.functionUrl = cloud.runFunction(service, artifactOf(service)).apply(functionUrlAt);
  }
  return urls;
}
