/** A container instance on the local cloud: an image that is built from its artifact, and a container that can do nothing but answer. */
import { createHash } from 'node:crypto';
import * as docker from '@pulumi/docker';
import type * as pulumi from '@pulumi/pulumi';
import type { Artifact } from '../../artifacts.ts';
import type { LabConfig } from '../../config.ts';
import { resourceName } from '../../naming.ts';
import type { ContainerInstance } from '../../services.ts';
import { unpackArtifact } from '../unpack-artifact.ts';
import { describeContainer } from './addresses.ts';
import { labelsOf } from './network.ts';

export type LocalContainerOptions = {
  container: ContainerInstance;
  artifact: Artifact;
  config: LabConfig;
  network: docker.Network;
  /** An image with Node, as no registry has to be reached for it. */
  baseImage: string;
};

/** @returns its URL, known when it runs */
export function runLocalContainer(options: LocalContainerOptions): pulumi.Output<string> {
  const { container, config, network } = options;
  const image = buildImage(options);
  const { internal, port, url } = describeContainer(config);
  const name = resourceName(config.stack, container.name);
  const running = new docker.Container(
    container.name,
    {
      name,
      hostname: container.name,
      image: image.name,
      labels: labelsOf(config.stack),
      restart: 'unless-stopped',
      // Left off, the engine's own values come back as changes at the next run.
      memory: container.memory,
      memorySwap: container.memory,
      destroyGraceSeconds: 1,
      readOnly: true,
      capabilities: { drops: ['ALL'] },
      securityOpts: ['no-new-privileges:true'],
      // It logs each request, and nobody else would cut that off.
      logDriver: 'json-file',
      logOpts: { 'max-size': '1m' },
      networksAdvanced: [{ name: network.name, ipv4Address: internal, aliases: [container.name] }],
      ports: [{ internal: container.port.port, external: port, ip: '127.0.0.1', protocol: container.port.protocol }],
    },
    { deleteBeforeReplace: true },
  );
  return running.id.apply(() => url);
}

function buildImage({ container, artifact, config, baseImage }: LocalContainerOptions): docker.RemoteImage {
  const labels = Object.fromEntries(labelsOf(config.stack).map(({ label, value }) => [label, value]));
  const recipe = {
    buildArgs: { BASE: baseImage },
    // The one is read where the engine builds with BuildKit, the other where it does not.
    label: labels,
    labels,
  };
  // All that makes it is in its name: an image that takes over the name of the one before would be removed in its place.
  const content = createHash('sha256')
    .update(JSON.stringify([artifact.sha256, recipe]))
    .digest('hex')
    .slice(0, 16);
  return new docker.RemoteImage(container.name, {
    name: `${resourceName(config.stack, container.name)}:${content}`,
    build: { context: unpackArtifact(artifact), ...recipe },
  });
}
