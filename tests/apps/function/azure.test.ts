/** What is deployed to a Function App, loaded as Azure's Node worker does it: a stand-in for its core module, and `main` of package.json. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import Module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { extract } from 'tar';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packArtifacts } from '../../../infra/artifacts.ts';
import { PROJECT_DIR } from '../../helpers/lab.ts';

type Registered = { metadata: { name: string; bindings: Record<string, unknown> }; callback: unknown };

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lab-function-'));
  const artifact = (await packArtifacts(['function'], PROJECT_DIR, join(folder, 'cache'))).get('function');
  await extract({ file: artifact?.path ?? '', cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Loads the app with the core module that only Azure's worker has, which answers `require` for it and nothing else does. */
async function loadApp(): Promise<Registered[]> {
  const registered: Registered[] = [];
  const core = {
    setProgrammingModel: () => undefined,
    registerFunction: (metadata: Registered['metadata'], callback: unknown) => registered.push({ metadata, callback }),
  };
  const original = Module.prototype.require;
  Module.prototype.require = Object.assign(function (this: Module, id: string): unknown {
    return id === '@azure/functions-core' ? core : original.call(this, id);
  }, original);
  try {
    const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main: string };
    await import(pathToFileURL(join(folder, main)).href);
  } finally {
    Module.prototype.require = original;
  }
  return registered;
}

test('it registers each function by its name, methods and no key, with a handler', async () => {
  const registered = await loadApp();
  expect(registered).toHaveLength(1);
  const [{ metadata, callback }] = registered as [Registered];
  expect(metadata.name).toBe('add_numbers');
  expect(Object.values(metadata.bindings)).toContainEqual(
    expect.objectContaining({ type: 'httpTrigger', methods: ['GET', 'POST'], authLevel: 'anonymous' }),
  );
  expect(callback).toEqual(expect.any(Function));
});

test('it has a host.json of the version that the runtime takes, and asks for no package', () => {
  expect(JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8'))).toMatchObject({ version: '2.0' });
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).not.toHaveProperty('dependencies');
});
