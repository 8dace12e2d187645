/** The container instance: an image in a registry of the lab's own, and a group of one container that runs it. */
import * as authorization from '@pulumi/azure-native/authorization/index.js';
import * as containerinstance from '@pulumi/azure-native/containerinstance/index.js';
import * as containerregistry from '@pulumi/azure-native/containerregistry/index.js';
import * as managedidentity from '@pulumi/azure-native/managedidentity/index.js';
import * as docker from '@pulumi/docker';
import * as pulumi from '@pulumi/pulumi';
import type { Artifact } from '../../artifacts.ts';
import { resourceName } from '../../naming.ts';
import type { ContainerInstance } from '../../services.ts';
import { unpackArtifact } from '../unpack-artifact.ts';
import { LEAST_CONTAINER } from './bill.ts';
import type { LabGroup } from './group.ts';
import { globalName, registryName } from './names.ts';
import { roleDefinition } from './storage.ts';

/** AcrPull: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers */
const REGISTRY_READER = '7f951dda-4ed3-4680-a7ca-43fe172d538d';

/** @returns the address of the container, which pulls its image by an identity that may do nothing else */
export function runContainer(container: ContainerInstance, artifact: Artifact, at: LabGroup): pulumi.Output<string> {
  const { stack } = at.config;
  const registry = new containerregistry.Registry('registry', {
    ...at.common,
    registryName: at.suffix.apply((suffix) => registryName(stack, suffix)),
    sku: { name: 'Basic' },
    // For the push from the operator's machine; nothing in the lab knows the password.
    adminUserEnabled: true,
  });
  const image = pushImage(container, artifact, registry, at);
  const identity = new managedidentity.UserAssignedIdentity(`${container.name}-identity`, {
    ...at.common,
    resourceName: resourceName(stack, `${container.name}-identity`),
  });
  const right = new authorization.RoleAssignment(`${container.name}-pull`, {
    principalId: identity.principalId,
    principalType: 'ServicePrincipal',
    roleDefinitionId: roleDefinition(REGISTRY_READER, at),
    scope: registry.id,
    description: `container ${container.name} pulls its image`,
  });
  const { port } = container;
  const group = new containerinstance.ContainerGroup(
    container.name,
    {
      ...at.common,
      containerGroupName: resourceName(stack, container.name),
      osType: 'Linux',
      restartPolicy: 'Always',
      identity: { type: 'UserAssigned', userAssignedIdentities: [identity.id] },
      imageRegistryCredentials: [{ server: registry.loginServer, identity: identity.id }],
      containers: [
        {
          name: container.name,
          image,
          ports: [{ port: port.port, protocol: 'TCP' }],
          resources: {
            requests: {
              cpu: LEAST_CONTAINER.vcpus,
              memoryInGB: Math.max(LEAST_CONTAINER.gib, container.memory / 1024),
            },
          },
          livenessProbe: {
            httpGet: { path: container.healthPath, port: port.port, scheme: 'http' },
            periodSeconds: 30,
            failureThreshold: 3,
          },
        },
      ],
      ipAddress: {
        type: 'Public',
        ports: [{ port: port.port, protocol: 'TCP' }],
        dnsNameLabel: at.suffix.apply((suffix) => globalName(stack, container.name, suffix)),
      },
    },
    {
      dependsOn: right,
      // Azure changes an image in place, and none of these.
      replaceOnChanges: ['osType', 'restartPolicy', 'containers[*].resources', 'ipAddress'],
      deleteBeforeReplace: true,
    },
  );
  return group.ipAddress.apply((address) => `http://${address?.fqdn}:${port.port}`);
}

/** Builds the image on the operator's machine, and pushes it. @returns its name, by the hash of its content */
function pushImage(
  container: ContainerInstance,
  artifact: Artifact,
  registry: containerregistry.Registry,
  at: LabGroup,
): pulumi.Output<string> {
  const login = containerregistry.listRegistryCredentialsOutput({
    resourceGroupName: at.common.resourceGroupName,
    registryName: registry.name,
  });
  const image = new docker.Image(`${container.name}-image`, {
    build: { context: unpackArtifact(artifact), platform: 'linux/amd64' },
    imageName: pulumi.interpolate`${registry.loginServer}/${container.name}:${artifact.sha256.slice(0, 16)}`,
    registry: {
      server: registry.loginServer,
      username: login.apply(({ username }) => username ?? ''),
      password: pulumi.secret(login).apply(({ passwords }) => passwords?.[0]?.value ?? ''),
    },
  });
  return image.repoDigest;
}
