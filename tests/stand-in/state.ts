/** The exported state of a stack: what it says of dependencies. */

/** A resource as `pulumi stack export` has it, in the parts that are used here. */
export type StateResource = {
  urn: string;
  type: string;
  /** Made by a plugin. */
  custom: boolean;
  id?: string;
  parent?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
  deletedWith?: string;
};

export type StackState = { deployment: { resources?: StateResource[] } };

export const resourcesOf = (state: StackState): StateResource[] => state.deployment.resources ?? [];

/** @throws Error where the state has no such resource, or more than one */
export function resourceNamed(state: StackState, name: string): StateResource {
  const [found, ...others] = resourcesOf(state).filter(({ urn }) => urn.endsWith(`::${name}`));
  if (found === undefined || others.length > 0) throw new Error(`the state has not just one resource ${name}`);
  return found;
}

/**
 * Resources that name another one's id, in their own id or anywhere in their inputs, without depending on it: Pulumi might create
 * them before it, or destroy it before them. @returns each in words
 */
export function findMissingDependencies(state: StackState): string[] {
  const resources = resourcesOf(state).filter(({ custom, type }) => custom && !type.startsWith('pulumi:'));
  const byUrn = new Map(resourcesOf(state).map((resource) => [resource.urn, resource]));
  return resources.flatMap((resource) => {
    const known = dependenciesOf(resource, byUrn);
    const text = JSON.stringify([resource.id, resource.inputs]).toLowerCase();
    return resources
      .filter(({ urn, id = '' }) => urn !== resource.urn && id.startsWith('/') && names(text, id.toLowerCase()))
      .filter(({ urn }) => !known.has(urn))
      .map(({ urn }) => `${nameOf(resource.urn)} names ${nameOf(urn)} and does not depend on it`);
  });
}

/** Whether an id stands in a text, and not only the beginning of another one: `/a/lab` is not in `/a/lab-2`. */
function names(text: string, id: string): boolean {
  for (let at = text.indexOf(id); at >= 0; at = text.indexOf(id, at + 1)) {
    if (/^["/?#]/.test(text.slice(at + id.length))) return true;
  }
  return false;
}

/** All that a resource depends on, in however many steps. */
function dependenciesOf(resource: StateResource, byUrn: ReadonlyMap<string, StateResource>): Set<string> {
  const found = new Set<string>();
  const visit = ({ dependencies = [], parent, deletedWith }: StateResource): void => {
    for (const urn of [...dependencies, parent, deletedWith]) {
      if (urn === undefined || found.has(urn)) continue;
      found.add(urn);
      const next = byUrn.get(urn);
      if (next !== undefined) visit(next);
    }
  };
  visit(resource);
  return found;
}

function nameOf(urn: string): string {
  return urn.split('::').slice(2).join(' ');
}
