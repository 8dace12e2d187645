/** Brings the rights that Kafka keeps to those that are written down: what is missing is granted, what is left over is taken away. */
import kafkajs, { type AclEntry, type Admin } from 'kafkajs';
import { listRights } from './rights.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

const nameOf = (right: AclEntry): string =>
  [
    right.principal,
    right.host,
    right.resourceType,
    right.resourcePatternType,
    right.resourceName,
    right.operation,
    right.permissionType,
  ].join(' ');

/** @returns how many were granted and taken away */
export async function grantRights(admin: Admin): Promise<{ granted: number; takenAway: number }> {
  const { resources } = await admin.describeAcls({
    resourceType: AclResourceTypes.ANY,
    resourcePatternType: ResourcePatternTypes.ANY,
    operation: AclOperationTypes.ANY,
    permissionType: AclPermissionTypes.ANY,
  });
  const present = resources.flatMap(({ acls, ...resource }) => acls.map((acl): AclEntry => ({ ...resource, ...acl })));
  const wanted = listRights();
  const missing = without(wanted, present);
  const leftOver = without(present, wanted);
  if (missing.length > 0) await admin.createAcls({ acl: missing });
  if (leftOver.length > 0) await admin.deleteAcls({ filters: leftOver });
  return { granted: missing.length, takenAway: leftOver.length };
}

function without(rights: readonly AclEntry[], others: readonly AclEntry[]): AclEntry[] {
  const names = new Set(others.map(nameOf));
  return rights.filter((right) => !names.has(nameOf(right)));
}
