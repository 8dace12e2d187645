/** A stack is asked for on the cloud that its resources are on: on another one, they would be forgotten, and cost. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../infra/problem.ts';
import type { LabContext } from '../../tools/launcher/context.ts';
import { explainErrors } from '../../tools/launcher/explain-errors.ts';
import { checkStackCloud, findStackCloud } from '../../tools/launcher/stack-cloud.ts';
import { temporaryFolder, write } from './fake-project.ts';

const GROUP = {
  type: 'azure-native:resources:ResourceGroup',
  urn: 'urn:group',
  id: '/subscriptions/1/resourceGroups/lab',
};
const IMAGE = { type: 'docker:index/image:Image', urn: 'urn:image', id: 'sha256:1' };
const CONTAINER = { type: 'docker:index/container:Container', urn: 'urn:web', id: 'c1' };

function contextWith(resources: object[] | undefined, cloud?: string): LabContext {
  const folder = temporaryFolder();
  const paths = { projectDir: folder, cacheDir: folder, dataDir: folder };
  if (cloud !== undefined) write(join(folder, 'Pulumi.mine.yaml'), `config:\n  lab:cloud: ${cloud}\n`);
  const state = JSON.stringify({ checkpoint: { latest: { resources } } });
  if (resources !== undefined) write(join(folder, '.pulumi', 'stacks', 'lab', 'mine.json'), state);
  return { paths, stateDir: folder, passphraseFile: '', sshKeyFile: '' };
}

describe('the cloud of a stack', () => {
  test.each([
    ['its resources, whatever its file says by now', [IMAGE, GROUP], 'local', 'azure'],
    ['its containers', [CONTAINER], 'azure', 'local'],
    ['its file, where it has no resources', [], 'azure', 'azure'],
    ['its file, where there is no state', undefined, 'azure', 'azure'],
  ])('is told by %s', async (_, resources, file, cloud) => {
    expect(await findStackCloud(contextWith(resources, file), 'mine')).toBe(cloud);
  });

  test('is not changed while there is something on the old one', async () => {
    const context = contextWith([GROUP], 'local');
    await expect(checkStackCloud(context, 'mine', 'local')).rejects.toThrow(Problem);
    await expect(checkStackCloud(context, 'mine', 'local')).rejects.toThrow('Give it back first, ./lab down mine');
    await checkStackCloud(context, 'mine', 'azure');
    await checkStackCloud(contextWith([]), 'mine', 'azure');
  });
});

describe('the errors of an update', () => {
  const target = { explainError: (text: string) => (text.startsWith('Quota') ? 'Ask for more.' : undefined) };

  test('come with each way out once, below', () => {
    expect(explainErrors(['Quota 1', 'other', 'Quota 2'], target)).toBe('Quota 1\nother\nQuota 2\nAsk for more.');
  });

  test('stay as they are where the cloud knows none', () => {
    expect(explainErrors(['one', 'two'], {}, '; ')).toBe('one; two');
  });
});
