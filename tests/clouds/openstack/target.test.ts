/** What the launcher learns from OpenStack about a project and a lab, and how it gives a lab back. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { containerName } from '../../../infra/clouds/openstack/names.ts';
import { createOpenstackTarget } from '../../../infra/clouds/openstack/target.ts';
import { NoLogin } from '../../../infra/clouds/target.ts';
import { temporaryFolder, write } from '../../tools/fake-project.ts';
import { type StandInOptions, startOpenstack } from '../openstack-answers.ts';
import { failure, labThings, type Project, type Thing, USER } from '../openstack-project.ts';

const OTHER = 'f0e1d2c3b4a5968778695a4b3c2d1e0f';

async function targetOn(options: StandInOptions = {}) {
  const openstack = await startOpenstack(options);
  return { openstack, target: createOpenstackTarget({ env: openstack.env, projectDir: '/nowhere', pauseMs: 0 }) };
}

/** Several labs in one project. */
function together(...labs: ReturnType<typeof labThings>[]): Partial<Project> {
  const keys = Object.keys(labs[0] ?? {}) as (keyof ReturnType<typeof labThings>)[];
  return Object.fromEntries(keys.map((key) => [key, labs.flatMap((lab): Thing[] => lab[key])]));
}

const bootOf = (stack: string, userId = USER): string => containerName({ stack, userId });

const work = (stack: string, projectDir: string, said: string[] = []) => ({
  stack,
  projectDir,
  cacheDir: projectDir,
  dataDir: projectDir,
  images: false,
  step: <T>(_: string, run: (say: (text: string) => void) => Promise<T>): Promise<T> =>
    run((text) => void said.push(text)),
});

describe('before an update', () => {
  test('the project is told by its name', async () => {
    const { target } = await targetOn();
    const said: string[] = [];
    await target.prepare(work('uni', temporaryFolder(), said));
    expect(said).toEqual(['project physics']);
  });

  test('the cloud is the one of the stack, before the one of the environment', async () => {
    const { openstack } = await targetOn();
    const folder = temporaryFolder();
    const { OS_AUTH_URL: auth_url, OS_USERNAME: username, OS_PASSWORD: password } = openstack.env;
    const auth = { auth_url, username, password, project_name: 'mine' };
    write(join(folder, 'Pulumi.uni.yaml'), 'config:\n  openstack:cloud: mine\n');
    write(join(folder, 'clouds.yaml'), JSON.stringify({ clouds: { mine: { auth } } }));
    const target = createOpenstackTarget({ env: { ...openstack.env, OS_CLOUD: 'another' }, pauseMs: 0 });
    await target.prepare(work('uni', folder));
    expect(openstack.logins[0]).toMatchObject({ auth: { scope: { project: { name: 'mine' } } } });
  });

  test('without a login, it says where to get one', async () => {
    const target = createOpenstackTarget({ env: { HOME: '/nowhere' }, projectDir: '/nowhere' });
    await expect(target.prepare(work('uni', '/nowhere'))).rejects.toThrow(NoLogin);
    await expect(target.listExpired?.(new Date())).rejects.toThrow(NoLogin);
  });
});

describe('what there is of a stack', () => {
  const project = (): Partial<Project> => ({
    ...together(labThings('uni'), labThings('UNI'), labThings('other'), labThings('uni', OTHER)),
    keypairs: ['lab-uni', 'lab-other'],
    containers: { [bootOf('uni')]: ['web', 'a b/c?d#e'], [bootOf('other')]: ['web'], [bootOf('uni', OTHER)]: ['web'] },
  });

  test('is asked of each service, page by page, and is nothing of another stack, or of another user', async () => {
    const { target } = await targetOn({ project: project() });
    const resources = await target.listResources('uni');
    expect(resources.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'server lab-uni-web',
      'server lab-uni-kafka-1',
      'floating IP 203.0.113.7',
      'router lab-uni',
      'port uni-web',
      'subnet lab-uni',
      'network lab-uni',
      'security group lab-uni-web',
      'volume lab-uni-kafka-1-data',
      `container ${bootOf('uni')}`,
      'key pair lab-uni',
    ]);
  });

  test('is nothing in services that the cloud has not', async () => {
    const { target } = await targetOn({ project: project(), without: ['object-store', 'block-storage'] });
    const kinds = (await target.listResources('uni')).map(({ kind }) => kind);
    expect(kinds).not.toContain('volume');
    expect(kinds).not.toContain('container');
  });

  test('is nothing in an object store that this login may not use', async () => {
    const path = `HEAD /object/v1/AUTH_physics-id/${bootOf('uni')}`;
    const { target } = await targetOn({ project: project(), answers: { [path]: failure(403, 'Forbidden') } });
    expect((await target.listResources('uni')).map(({ kind }) => kind)).not.toContain('container');
  });

  test('is not guessed where a service fails', async () => {
    const { target } = await targetOn({
      project: project(),
      answers: { 'GET /network/v2.0/ports': failure(500, 'oh') },
    });
    await expect(target.listResources('uni')).rejects.toThrow('OpenStack answers 500 to GET network /ports');
  });

  test('is all removed, each after what uses it, and nothing else', async () => {
    const { target, openstack } = await targetOn({ project: project() });
    await target.removeResources(await target.listResources('uni'), () => undefined);
    expect(await target.listResources('uni')).toEqual([]);
    expect(openstack.project).toMatchObject(together(labThings('UNI'), labThings('other'), labThings('uni', OTHER)));
    expect(openstack.project.keypairs).toEqual(['lab-other']);
    expect(Object.keys(openstack.project.containers)).toEqual([bootOf('other'), bootOf('uni', OTHER)]);
  });

  test('is what Pulumi knows by the same ids, but for parts of others', async () => {
    const { target } = await targetOn();
    const known = (type: string, id = 'x') => target.knownAs({ type, id });
    expect(known('openstack:compute/instance:Instance')).toBe('x');
    expect(known('openstack:compute/keypair:Keypair', 'lab-uni')).toBe('lab-uni');
    expect(known('openstack:networking/secGroup:SecGroup')).toBe('x');
    expect(known('openstack:networking/secGroupRule:SecGroupRule')).toBeUndefined();
    expect(known('openstack:networking/routerInterface:RouterInterface')).toBeUndefined();
    expect(known('openstack:objectstorage/containerObject:ContainerObject')).toBeUndefined();
    expect(known('azure-native:compute:VirtualMachine')).toBeUndefined();
  });

  test('is in the way of an update where that would make it again, but never a volume, which has data', async () => {
    const { target } = await targetOn({ project: project() });
    const leftovers = (await target.listResources('uni')).filter((resource) => target.isLeftover(resource));
    expect(leftovers.map(({ kind }) => kind)).toEqual([
      'server',
      'server',
      'floating IP',
      'router',
      'port',
      'subnet',
      'network',
      'security group',
      'key pair',
    ]);
  });
});

test('a lab of this user whose time is over is found by its machines, by the latest end that they know', async () => {
  const ending = (stack: string, end: string, userId = USER) => labThings(stack, userId, { 'cloud-lab.expires': end });
  const prolonged = ending('prolonged', '2026-01-01T00:00:00Z');
  Object.assign(prolonged.servers[1]?.metadata ?? {}, { 'cloud-lab.expires': '2027-01-01T00:00:00Z' });
  const { target } = await targetOn({
    project: together(
      ending('over', '2026-01-01T00:00:00Z'),
      ending('now', '2026-06-01T00:00:00Z'),
      ending('later', '2026-06-01T00:00:01Z'),
      labThings('for-ever'),
      ending('unreadable', 'soon'),
      prolonged,
      ending('of-another', '2026-01-01T00:00:00Z', OTHER),
    ),
  });
  const expired = await target.listExpired?.(new Date('2026-06-01T00:00:00Z'));
  expect(expired).toEqual([
    { stack: 'over', expiresAt: new Date('2026-01-01T00:00:00Z') },
    { stack: 'now', expiresAt: new Date('2026-06-01T00:00:00Z') },
  ]);
});
