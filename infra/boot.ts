/** Boots every host of a lab on a cloud, and waits until each one is ready. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import type { Artifact } from './artifacts.ts';
import { renderUserData } from './cloud-init.ts';
import { readCloudInitFiles } from './cloud-init-files.ts';
import type { Cloud, Machine } from './clouds/cloud.ts';
import type { LabCredentials } from './credentials/resource.ts';
import { speakPlainly } from './errors.ts';
import type { Host, Lab } from './lab.ts';
import type { Operator } from './operator.ts';
import { gatherFailures, waitUntilReady, watchCommand } from './ready.ts';
import { describeSecretFiles } from './secrets.ts';
import { describeVariables } from './variables.ts';

export type BootOptions = {
  lab: Lab;
  cloud: Cloud;
  credentials: LabCredentials;
  artifacts: ReadonlyMap<string, Artifact>;
  operator: Operator;
  projectDir: string;
};

/** @returns an output that is known when every service of every host answers; it fails where one does not */
export function bootHosts(options: BootOptions): pulumi.Output<unknown> {
  const { lab, cloud, credentials, artifacts, operator, projectDir } = options;
  const files = readCloudInitFiles(projectDir);
  const version = (JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as { version: string }).version;
  const machines = lab.hosts.map((host) => {
    const own = artifactsOf(host, artifacts);
    const userData = pulumi.all([cloud.inventory, cloud.offerArtifacts(own)]).apply(([inventory, sources]) =>
      speakPlainly(async () =>
        renderUserData(host, {
          files,
          variables: describeVariables(host, {
            lab,
            inventory,
            artifacts: sources,
            sshPublicKey: operator.sshPublicKey,
            version,
          }),
          packagesInImage: cloud.traits.packagesInImage,
          sizeLimit: cloud.traits.userDataLimit,
        }),
      ),
    );
    const secretFiles = credentials.secrets.apply((secrets) => describeSecretFiles(host, secrets));
    return cloud.boot(host, { userData, artifacts: own, secretFiles });
  });
  const together = gatherFailures();
  return pulumi.all(machines.map((machine) => awaitReady(machine, cloud, lab.config.readyTimeout, together)));
}

/** Each host is watched from the moment that it is there, whatever the others do. */
function awaitReady(
  { host, resource, id }: Machine,
  cloud: Cloud,
  timeout: number,
  together: ReturnType<typeof gatherFailures>,
): pulumi.Output<void> {
  const command = cloud.commandOn(host, watchCommand(timeout));
  return pulumi.all([id, command]).apply(async ([, argv]) => {
    if (pulumi.runtime.isDryRun()) return;
    const begun = Date.now();
    const onStage = (stage: string): void => {
      const seconds = ((Date.now() - begun) / 1000).toFixed(1);
      void pulumi.log.info(`${host.name}: ${stage} (${seconds} s)`, resource, undefined, true);
    };
    await speakPlainly(() => together(() => waitUntilReady({ host: host.name, command: argv, timeout, onStage })));
  });
}

function artifactsOf(host: Host, artifacts: ReadonlyMap<string, Artifact>): Artifact[] {
  return host.artifacts.map((name) => {
    const artifact = artifacts.get(name);
    if (artifact === undefined) throw new Error(`the artifact ${name} of host ${host.name} was not packed`);
    return artifact;
  });
}
