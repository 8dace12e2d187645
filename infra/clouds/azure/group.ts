/** What all resources of a lab on Azure share: their group, region, tags, and the hash in their global names. */
import * as authorization from '@pulumi/azure-native/authorization/index.js';
import * as resources from '@pulumi/azure-native/resources/index.js';
import type * as pulumi from '@pulumi/pulumi';
import type { LabConfig } from '../../config.ts';
import { EXPIRES_LABEL, OWNER_LABEL, PROJECT, PROJECT_LABEL, resourceName, STACK_LABEL } from '../../naming.ts';
import { globalSuffix } from './names.ts';

export type LabGroup = {
  config: LabConfig;
  group: resources.ResourceGroup;
  /** What every resource of the group is created with. */
  common: { resourceGroupName: pulumi.Output<string>; location: string; tags: Record<string, pulumi.Input<string>> };
  suffix: pulumi.Output<string>;
  subscriptionId: pulumi.Output<string>;
};

/** One group for all of a lab: what is in it is the lab's, and with it, it goes. */
export function createGroup(config: LabConfig, expires: pulumi.Output<string> | undefined): LabGroup {
  const { location, stack } = config;
  const tags = {
    [PROJECT_LABEL]: PROJECT,
    [STACK_LABEL]: stack,
    ...(config.owner === undefined ? {} : { [OWNER_LABEL]: config.owner }),
    ...(expires === undefined ? {} : { [EXPIRES_LABEL]: expires }),
  };
  const group = new resources.ResourceGroup('group', { resourceGroupName: resourceName(stack), location, tags });
  const { subscriptionId } = authorization.getClientConfigOutput();
  return {
    config,
    group,
    common: { resourceGroupName: group.name, location, tags },
    suffix: subscriptionId.apply((id) => globalSuffix(id, stack)),
    subscriptionId,
  };
}
