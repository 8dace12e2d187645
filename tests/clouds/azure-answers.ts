/** What Azure adds to what the lab asks of it, as the stand-in for its plugin knows: for strict mocks. */
import type { recordRegistrations } from '../helpers/mocks.ts';
import azure from '../stand-in/azure-tables.ts';
import docker from '../stand-in/docker-tables.ts';
import type { ResourceKind } from '../stand-in/tables.ts';

type Types = Parameters<typeof recordRegistrations>[0];

const answer =
  ({ computed = {} }: ResourceKind): Types[string] =>
  (inputs) =>
    Object.fromEntries(Object.entries(computed).map(([output, compute]) => [output, compute(inputs, '/id')]));

export const AZURE_TYPES: Types = {
  'pulumi-nodejs:dynamic:Resource': () => ({ at: '2026-01-15T10:00:00.000Z' }),
  ...Object.fromEntries(
    Object.entries({ ...azure.types, ...docker.types }).map(([token, kind]) => [token, answer(kind)]),
  ),
};

export const AZURE_CALLS: Parameters<typeof recordRegistrations>[1] = azure.invokes;
