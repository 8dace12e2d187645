/** `./lab doctor STACK`, where the stack is on a cloud: what `up` would be stopped by, and nothing made. */
import { expect, test } from 'vitest';
import { type CloudTarget, NoLogin } from '../../infra/clouds/target.ts';
import { createContext } from '../../tools/launcher/context.ts';
import { diagnoseCloud } from '../../tools/launcher/diagnose-cloud.ts';
import { formatDiagnoses } from '../../tools/launcher/verbs/doctor.ts';
import { configWith } from '../helpers/lab.ts';

const UNI = { 'lab:cloud': 'openstack', 'lab:adminCidr': '192.0.2.1/32' };

/** A cloud that can be asked, and nothing else. */
const cloudThat = (answers: Pick<CloudTarget, 'prepare' | 'findObstacles' | 'chooseSettings'>): CloudTarget =>
  answers as CloudTarget;
const loggedIn: CloudTarget['prepare'] = async ({ step, images }) => {
  expect(images, 'a container engine is not asked for').toBe(false);
  await step('OpenStack', async (say) => say('project physics'));
};

const doctor = async (target: CloudTarget, settings: Record<string, string> = UNI): Promise<string> => {
  const { paths } = createContext();
  const readConfig = (chosen: readonly string[] = []) =>
    configWith({ ...settings, ...Object.fromEntries(chosen.map((setting) => setting.split('='))) });
  return formatDiagnoses(await diagnoseCloud({ paths, stack: 'uni', cloud: 'openstack', target, readConfig }));
};

test('says who is logged in, and that nothing stands in the way', async () => {
  expect(await doctor(cloudThat({ prepare: loggedIn, findObstacles: async () => [] }))).toBe(
    [
      '  ✓ settings: of uni',
      '  ✓ openstack: project physics',
      '  ✓ room on openstack: nothing stands in the way of the lab',
    ].join('\n'),
  );
});

test('tells every obstacle', async () => {
  const findObstacles = async () => ['There is no image debian-13.', 'The quota does not hold the lab.'];
  const said = await doctor(cloudThat({ prepare: loggedIn, findObstacles }));
  expect(said).toContain('  ✗ room on openstack: There is no image debian-13.');
  expect(said).toContain('  ✗ room on openstack: The quota does not hold the lab.');
});

test('looks at the lab as `up` would have it, which keeps clear of others', async () => {
  const said = await doctor(
    cloudThat({
      prepare: loggedIn,
      chooseSettings: async () => ['lab:portBase=31000'],
      findObstacles: async ({ config }) => [`port base ${config.portBase}`],
    }),
  );
  expect(said).toContain('  ✗ room on openstack: port base 31000');
});

test('tells what to do below an obstacle', async () => {
  const findObstacles = async () => ['The limit is 128.\nRaise it: sudo sysctl x=1024'];
  const said = await doctor(cloudThat({ prepare: loggedIn, findObstacles }));
  expect(said).toContain('  ✗ room on openstack: The limit is 128.\n      Raise it: sudo sysctl x=1024');
});

test('tells at once of settings that cannot be, and that nobody is logged in', async () => {
  const prepare = async () => {
    throw new NoLogin('Nobody is logged in.');
  };
  const said = await doctor(cloudThat({ prepare, findObstacles: async () => expect.fail('asked without a login') }), {
    'lab:cloud': 'openstack',
  });
  expect(said).toMatch(/^ {2}✗ settings: .*\n {6}- lab:adminCidr is /);
  expect(said).toContain('  ✗ openstack: Nobody is logged in.');
});

test('shows what nobody expected as the defect that it is', async () => {
  const findObstacles = async () => {
    throw new TypeError('undefined is not a function');
  };
  await expect(doctor(cloudThat({ prepare: loggedIn, findObstacles }))).rejects.toThrow(TypeError);
});
