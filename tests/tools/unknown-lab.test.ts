/** A name that no lab has is an error, whatever is asked of it: the lab that was meant goes on, and may cost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROJECT_DIR } from '../helpers/lab.ts';
import { fakeCommand } from './fake-command.ts';
import { temporaryFolder, write } from './fake-project.ts';

const CONTAINER = { type: 'docker:index/container:Container', urn: 'urn:web', id: 'c1' };
const GROUP = {
  type: 'azure-native:resources:ResourceGroup',
  urn: 'urn:group',
  id: '/subscriptions/1/resourceGroups/lab',
};

type Ended = { status: number | null; stdout: string; stderr: string; dataDir: string };

/** Runs `./lab` for a user who has these stacks; the container engine has nothing, and nobody is logged in anywhere. */
async function lab(args: readonly string[], stacks: Record<string, object>): Promise<Ended> {
  const home = temporaryFolder();
  const dataDir = join(home, 'data', 'cloud-lab');
  for (const [stack, resource] of Object.entries(stacks)) {
    const state = JSON.stringify({ checkpoint: { latest: { resources: [resource] } } });
    write(join(dataDir, 'state', '.pulumi', 'stacks', 'lab', `${stack}.json`), state);
  }
  const { PATH } = fakeCommand('docker', 'exit 0');
  const env = { PATH, HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_CACHE_HOME: join(home, 'cache') };
  const child = spawn(process.execPath, [join(PROJECT_DIR, 'tools/launcher/main.ts'), ...args], { env });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr, dataDir };
}

const STACKS = { mine: CONTAINER, course: GROUP };

describe('a name that no lab has', () => {
  test.each([
    ['down', ['down', 'mien']],
    ['down --json', ['down', 'mien', '--json']],
    ['status', ['status', 'mien']],
    ['status --json', ['status', 'mien', '--json']],
    ['open', ['open', 'mien']],
    ['cost', ['cost', 'mien']],
    ['logs', ['logs', '-s', 'mien', 'web']],
    ['ssh', ['ssh', '-s', 'mien', 'web', 'true']],
    ['chat', ['chat', '-s', 'mien']],
    ['stream produce', ['stream', 'produce', '-s', 'mien', '--', '--message', 'hello']],
    ['stream consume', ['stream', 'consume', '-s', 'mien']],
  ])('is an error of %s that names the labs there are', async (_, args) => {
    const { status, stdout, stderr, dataDir } = await lab(args, STACKS);
    expect([status, stdout], stderr).toEqual([1, '']);
    expect(stderr).toMatch(/There is no lab mien: no state(,| and) no Pulumi\.mien\.yaml/);
    expect(stderr).toContain('The labs are: course (azure), mine (local).');
    expect(readdirSync(dataDir), 'nothing is made').toEqual(['state']);
    expect(existsSync(join(PROJECT_DIR, 'Pulumi.mien.yaml'))).toBe(false);
  });

  test('is told of where there is no lab at all', async () => {
    const { status, stderr } = await lab(['status', 'mien'], {});
    expect(status).toBe(1);
    expect(stderr).toContain('There are no labs; ./lab up brings one up.');
  });
});

describe('the name of a lab that is not up', () => {
  test.each([
    ['one with a state', 'mine'],
    ['one with a file', 'azure'],
  ])('is no unknown one: %s', async (_, stack) => {
    const { status, stderr } = await lab(['status', stack], STACKS);
    expect(status).toBe(1);
    expect(stderr).toContain(`Stack ${stack} is not up; ./lab up ${stack} brings it up.`);
  });

  test('can be priced where the command line says on which cloud it would be', async () => {
    const { status, stdout, stderr } = await lab(['cost', 'coming', '-c', 'lab:cloud=azure'], STACKS);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('host web');
  });
});
