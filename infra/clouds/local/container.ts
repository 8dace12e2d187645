/** A container instance on the local cloud: an image that is built from its artifact, and a container that can do nothing but answer. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as docker from '@pulumi/docker';
import type * as pulumi from '@pulumi/pulumi';
import type { Artifact } from '../../artifacts.ts';
import type { LabConfig } from '../../config.ts';
import { renderContainerFirewall } from '../../firewall.ts';
import type { SourceNetworks } from '../../inventory.ts';
import { resourceName } from '../../naming.ts';
import { Problem } from '../../problem.ts';
import type { ContainerInstance } from '../../services.ts';
import { unpackArtifact } from '../unpack-artifact.ts';
import { describeContainer } from './addresses.ts';
import { labelsOf } from './network.ts';

export type LocalContainerOptions = {
  container: ContainerInstance;
  artifact: Artifact;
  config: LabConfig;
  network: docker.Network;
  sources: SourceNetworks;
  /** An image with Node, as no registry has to be reached for it. */
  baseImage: string;
};

/** What `start-container` needs until it has loaded the firewall and become the image's user; the program itself has none of them. */
const STARTING_RIGHTS = ['CAP_NET_ADMIN', 'CAP_SETGID', 'CAP_SETPCAP', 'CAP_SETUID'];
/** Processes and threads of its user, who is the same in every lab of this machine. The provider cannot set the engine's own limit. */
const PROCESSES = 512;

/** @returns its URL, known when it runs */
export function runLocalContainer(options: LocalContainerOptions): pulumi.Output<string> {
  const { container, artifact, config, network, sources } = options;
  const folder = unpackArtifact(artifact);
  const image = buildImage(options, folder);
  const { user, command } = readProcess(readFileSync(join(folder, 'Dockerfile'), 'utf8'));
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
      user: '0:0',
      capabilities: { drops: ['ALL'], adds: STARTING_RIGHTS },
      securityOpts: ['no-new-privileges:true'],
      ulimits: [{ name: 'nproc', soft: PROCESSES, hard: PROCESSES }],
      entrypoints: ['/usr/local/sbin/start-container', user],
      command,
      envs: [`LAB_FIREWALL=${renderContainerFirewall(container, sources)}`],
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

/**
 * Reads as whom and how an image's program runs from its Dockerfile: on this cloud another program comes before it.
 * @throws Problem where the Dockerfile does not say so
 */
export function readProcess(dockerfile: string): { user: string; command: string[] } {
  const user = /^USER (\d+:\d+)$/m.exec(dockerfile)?.[1];
  const entrypoint = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1];
  if (user === undefined || entrypoint === undefined)
    throw new Problem('A Dockerfile of the lab needs the lines USER <uid>:<gid> and ENTRYPOINT ["program", …].');
  return { user, command: JSON.parse(entrypoint) as string[] };
}

function buildImage(
  { container, artifact, config, baseImage }: LocalContainerOptions,
  folder: string,
): docker.RemoteImage {
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
    build: { context: folder, ...recipe },
  });
}
