/** The stand-in for a cloud's plugin under the real engine. In the first half one stack lives from test to test, as its owner's would. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeChanges } from './record.ts';
import { createStack, type StandInStack } from './run.ts';
import { findMissingDependencies, resourceNamed } from './state.ts';
import { findSecrets, reveal } from './values.ts';

const FIXTURE = join(import.meta.dirname, 'fixture');
const SECRET = 'swordfish';

const createFixture = (config: Record<string, string> = {}): Promise<StandInStack> =>
  createStack({
    programDir: FIXTURE,
    stack: 'test',
    config,
    standIns: [{ package: 'azure-native', tables: join(FIXTURE, 'tables.ts') }],
    modules: { 'greeting.ts': join(FIXTURE, 'other-greeting.ts') },
  });

describe('a stack on a stand-in', () => {
  let stack: StandInStack;
  beforeAll(async () => {
    stack = await createFixture();
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  test('is previewed: everything is registered, and nothing is made', async () => {
    const { errors, changes, calls } = await stack.preview();
    expect(errors).toEqual([]);
    expect(changes).toEqual({ create: 5 });
    const created = calls.filter(({ method }) => method === 'Create');
    expect(created.map(({ name }) => name)).toEqual(['group', 'account', 'machine', 'late']);
    for (const { name, preview } of created) expect(preview, name).toBe(true);
    expect(describeChanges(calls)).toEqual([]);
    // What the cloud would give is not known, so no function is asked about it.
    const asked = calls.filter(({ method }) => method === 'Invoke').map(({ type }) => type);
    expect(asked).toEqual(['azure-native:authorization:getClientConfig']);
  });

  test('is brought up in the order of what depends on what', async () => {
    const { errors, changes, calls } = await stack.up();
    expect(errors).toEqual([]);
    expect(changes).toEqual({ create: 5 });
    expect(describeChanges(calls)).toEqual(['Create group', 'Create account', 'Create machine', 'Create late']);
  });

  test('has outputs of resources and functions, and of a module that was put in place of its own', async () => {
    expect(await stack.outputs()).toEqual({
      greeting: 'good-bye',
      subscription: '00000000-0000-0000-0000-000000000001',
      blobUrl: 'https://labtest.blob.core.windows.net/',
      key: 'key-of-labtest',
      customData: SECRET,
    });
  });

  test('keeps its secrets encrypted, and says which inputs were secret', async () => {
    const state = await stack.exportState();
    expect(JSON.stringify(state)).not.toContain(SECRET);
    const { inputs, outputs } = resourceNamed(state, 'machine');
    expect(findSecrets(inputs)).toEqual(['osProfile.customData']);
    expect(findSecrets(outputs)).toEqual(['osProfile.customData']);
  });

  test('misses no dependency, also none that only an id tells of', async () => {
    const state = await stack.exportState();
    expect(findMissingDependencies(state)).toEqual([]);
    const late = resourceNamed(state, 'late');
    late.dependencies = late.dependencies?.filter((urn) => !urn.endsWith('::machine')) ?? [];
    expect(findMissingDependencies(state)).toEqual([
      'azure-native:network:PublicIPAddress late names azure-native:compute:VirtualMachine machine and does not depend on it',
    ]);
  });

  test('is not changed by a second up, nor by a look at what is there', async () => {
    for (const { errors, changes, calls } of [await stack.refresh(), await stack.up()]) {
      expect(errors).toEqual([]);
      expect(changes).toEqual({ same: 5 });
      expect(describeChanges(calls)).toEqual([]);
    }
  });

  test('is changed in place where it can be', async () => {
    stack.configure({ 'stand-in:size': 'Standard_B2s' });
    const { changes, calls } = await stack.up();
    expect(changes).toEqual({ same: 4, update: 1 });
    expect(describeChanges(calls)).toEqual(['Update machine']);
  });

  test('has a resource deleted before it is made anew, where its name cannot be had twice', async () => {
    stack.configure({ 'stand-in:customData': `${SECRET}-2` });
    const { changes, calls } = await stack.up();
    expect(changes).toEqual({ same: 4, replace: 1 });
    expect(describeChanges(calls)).toEqual(['Delete machine', 'Create machine']);
    const created = calls.find(({ method }) => method === 'Create');
    expect(findSecrets(created?.inputs)).toEqual(['osProfile.customData']);
    expect(reveal(created?.inputs)).toMatchObject({ osProfile: { customData: `${SECRET}-2` } });
  });

  test('has all that depends on a resource replaced with it, in order', async () => {
    stack.configure({ 'stand-in:location': 'francecentral' });
    const { errors, calls } = await stack.up();
    expect(errors).toEqual([]);
    const names = ['group', 'account', 'machine', 'late'];
    expect(describeChanges(calls)).toEqual([
      ...names.toReversed().map((name) => `Delete ${name}`),
      ...names.map((name) => `Create ${name}`),
    ]);
  });

  test('is destroyed in the order in which nothing loses what it needs', async () => {
    const { errors, calls } = await stack.destroy();
    expect(errors).toEqual([]);
    expect(describeChanges(calls)).toEqual(['Delete late', 'Delete machine', 'Delete account', 'Delete group']);
    expect((await stack.exportState()).deployment.resources ?? []).toEqual([]);
  });
});

describe('what the tables do not have', () => {
  test.each([
    [
      'a type',
      { 'stand-in:unexpected': 'type' },
      'nobody expected a resource of type azure-native:network:VirtualNetwork',
    ],
    [
      'a function',
      { 'stand-in:unexpected': 'invoke' },
      'nobody expected a call of azure-native:network:getVirtualNetwork',
    ],
  ])('is refused in words: %s', async (_what, config, words) => {
    await using stack = await createFixture(config);
    const { ok, errors, calls } = await stack.preview();
    expect(ok).toBe(false);
    expect(errors.join('\n')).toContain(words);
    expect(calls.map(({ error }) => error ?? '').join('\n')).toContain(words);
  });
});
