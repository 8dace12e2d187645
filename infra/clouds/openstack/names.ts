/** Names and marks of a lab's resources on OpenStack. Names there are no claim: several things of a project may have the same. */
import { createHash } from 'node:crypto';
import { resourceName } from '../../naming.ts';

/** Whose a lab is: people of one project may have stacks of the same name. */
export type LabOwner = {
  stack: string;
  /** Keystone's id of the user. */
  userId: string;
};

/**
 * The description of everything of a lab that is in Neutron, which takes no metadata: by it OpenStack is asked what there is. It
 * comes with the resource, where tags would come a moment later.
 */
export function describeOwner({ stack, userId }: LabOwner): string {
  return `Cloud Lab, stack ${stack} of user ${userId}`;
}

/** Containers of an object store are known by their name alone, within a project. */
export function containerName({ stack, userId }: LabOwner): string {
  return `${resourceName(stack, 'boot')}-${createHash('sha256').update(`${stack} ${userId}`).digest('hex').slice(0, 8)}`;
}
