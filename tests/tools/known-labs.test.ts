/** A lab that is to be given back is found also where its state was lost, or never written. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NoLogin, type TargetResource } from '../../infra/clouds/target.ts';
import type { CloudName } from '../../infra/config.ts';
import type { LabContext } from '../../tools/launcher/context.ts';
import { findLab, UnknownLab } from '../../tools/launcher/known-labs.ts';
import { temporaryFolder, write } from './fake-project.ts';

type Answer = TargetResource[] | Error;

/** Clouds that answer so for the stack `mine`, and those that were asked. */
function clouds(answers: Partial<Record<CloudName, Answer>>) {
  const asked: string[] = [];
  const lister = async (cloud: CloudName) => ({
    listResources: async (stack: string) => {
      asked.push(`${cloud} ${stack}`);
      const answer = answers[cloud] ?? new NoLogin('Nobody is logged in.');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { asked, lister };
}

const SOMETHING: TargetResource[] = [{ kind: 'container', id: '1', name: 'lab-mine-web' }];

function contextWith(files: Record<string, string> = {}): LabContext {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) write(join(folder, path), content);
  const paths = { projectDir: folder, cacheDir: folder, dataDir: folder };
  return { paths, stateDir: folder, passphraseFile: '', sshKeyFile: '' };
}

describe('a lab to be given back', () => {
  test.each([
    ['has a state', { '.pulumi/stacks/lab/mine.json': '{}' }, 'local'],
    ['has a file that says where it is', { 'Pulumi.mine.yaml': 'config:\n  lab:cloud: openstack\n' }, 'openstack'],
    [
      'has the lock of an up that was killed before any state',
      { 'mine.lock': '{"process":"1-1","verb":"up"}' },
      'local',
    ],
  ])('is known here where it %s: no other cloud is asked', async (_, files, cloud) => {
    const { asked, lister } = clouds({});
    expect(await findLab(contextWith(files), 'mine', lister)).toBe(cloud);
    expect(asked).toEqual([]);
  });

  test.each<[CloudName]>([['local'], ['azure'], ['openstack']])(
    'whose state and file were lost is found by what %s has of it',
    async (cloud) => {
      const { asked, lister } = clouds({ local: [], [cloud]: SOMETHING });
      expect(await findLab(contextWith(), 'mine', lister)).toBe(cloud);
      expect(asked).toContain(`${cloud} mine`);
    },
  );

  test('is unknown where nobody has anything of it, and says who was asked', async () => {
    const { lister } = clouds({ local: [], openstack: [] });
    const context = contextWith({ '.pulumi/stacks/lab/other.json': '{}', '.pulumi/stacks/lab/broken.json': '{' });
    const found = findLab(context, 'mine', lister);
    await expect(found).rejects.toThrow(UnknownLab);
    await expect(found).rejects.toThrow(
      'There is no lab mine: no state, no Pulumi.mine.yaml, and nothing of that name on local or openstack.\nThe labs are: broken (its state cannot be read), other (local).',
    );
  });

  test('is unknown also where a cloud could not be asked, which is said', async () => {
    const { lister } = clouds({ local: new Error('docker container ls: Cannot connect'), azure: [] });
    await expect(findLab(contextWith(), 'mine', lister)).rejects.toThrow(
      /nothing of that name on azure\.\n.*\nlocal could not be asked: docker container ls: Cannot connect$/,
    );
  });
});
