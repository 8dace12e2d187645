/** The local cloud: this machine's container engine, with containers that boot systemd and cloud-init as hosts. */
import * as pulumi from '@pulumi/pulumi';
import { readCloudInitFiles } from '../../cloud-init-files.ts';
import { addressesOf } from '../../inventory.ts';
import type { Lab } from '../../lab.ts';
import type { Cloud, CloudOptions } from '../cloud.ts';
import { describeInventory } from './addresses.ts';
import { runLocalContainer } from './container.ts';
import { explainContainer } from './explain.ts';
import { artifactPath, containerName, createHost } from './hosts.ts';
import { createNetwork } from './network.ts';
import { describeSystemImage } from './system-image.ts';

export function createLocalCloud(lab: Lab, { projectDir }: CloudOptions): Cloud {
  const inventory = describeInventory(lab);
  const image = describeSystemImage(projectDir, readCloudInitFiles(projectDir));
  const network = createNetwork(lab.config);
  return {
    inventory: pulumi.output(inventory),
    offerFiles: (_host, { artifacts }) =>
      pulumi.output({
        artifacts: artifacts.map(({ name, sha256 }) => ({ name, sha256, url: `file://${artifactPath(sha256)}` })),
      }),
    boot: (host, boot) => createHost({ host, boot, config: lab.config, inventory, network, imageTag: image.tag }),
    explainFailure: (name) => explainContainer(containerName(lab.stack, name), name !== lab.container?.name),
    commandOn: (host, argv) => ['docker', 'exec', containerName(lab.stack, host.name), ...argv],
    runContainer: (container, artifact) =>
      runLocalContainer({
        container,
        artifact,
        config: lab.config,
        network,
        sources: inventory.sources,
        baseImage: image.tag,
      }),
    namesOf: (host) => ['localhost', '127.0.0.1', host.name, addressesOf(inventory, host.name).internal],
  };
}
