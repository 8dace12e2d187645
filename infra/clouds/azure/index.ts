/** Azure: virtual machines as hosts, and Azure's own services where it has them. */
import * as pulumi from '@pulumi/pulumi';
import { ConfigError } from '../../config.ts';
import { formatEstimateLine } from '../../estimate.ts';
import type { Lab } from '../../lab.ts';
import type { Cloud, CloudOptions } from '../cloud.ts';
import { sshCommandOn } from '../ssh-command.ts';
import { createAppService } from './app-service.ts';
import { estimateCost } from './bill.ts';
import { createBudget } from './budget.ts';
import { runContainer } from './container.ts';
import { createDatabase, databaseHost } from './database.ts';
import { runFunction } from './function.ts';
import { createGroup } from './group.ts';
import { createHost } from './hosts.ts';
import { createNetwork, describeInventory } from './network.ts';
import { findPlannedObstacles } from './obstacles.ts';
import { createBlobStorage, createBootStorage } from './storage.ts';

export function createAzureCloud(lab: Lab, { expires }: CloudOptions): Cloud {
  const obstacles = findPlannedObstacles(lab);
  if (obstacles.length > 0) throw new ConfigError(obstacles);
  // Before anything is made; `up` says it, too, before it gets here.
  if (pulumi.runtime.isDryRun()) void pulumi.log.info(formatEstimateLine(estimateCost(lab)));
  const at = createGroup(lab.config, expires);
  createBudget(at);
  const network = createNetwork(lab, at);
  const boots = createBootStorage(at);
  const blobs = createBlobStorage(lab, at);
  const services = pulumi
    .all([blobs.url, databaseHost(at)])
    .apply(([blobUrl, databaseHost]) => ({ blobUrl, ...(lab.config.managedDatabase ? { databaseHost } : {}) }));
  const inventory = describeInventory(lab, network, services);
  const networkOf = (host: { name: string }) => {
    const found = network.hosts.get(host.name);
    if (found === undefined) throw new Error(`the network has no host ${host.name}`);
    return found;
  };
  const { appServiceRepository } = lab.config;
  return {
    inventory,
    offerFiles: boots.offerFiles,
    boot: (host, boot) => createHost({ host, boot, at, network: networkOf(host), identity: blobs.identityOf(host) }),
    commandOn: (host, argv, { keyFile, hostKeys }) => {
      const hostKey = pulumi.output(hostKeys).apply((keys) => keys[host.name] ?? '');
      return sshCommandOn(networkOf(host).reachedAt, argv, { keyFile, hostKey });
    },
    namesOf: (host) => networkOf(host).reachedAt.apply((reachedAt) => [reachedAt, host.name, networkOf(host).internal]),
    runContainer: (container, artifact) => runContainer(container, artifact, at),
    runFunction: (service, artifact) => runFunction(service, artifact, at, boots),
    ...(lab.config.managedDatabase
      ? { createDatabase: (password: pulumi.Input<string>) => createDatabase(password, network, at) }
      : {}),
    ...(appServiceRepository === undefined
      ? {}
      : { createAppService: () => createAppService(appServiceRepository, at) }),
  };
}
