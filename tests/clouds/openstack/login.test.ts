/** Who asks OpenStack: found where its own tools find it, and told in words where there is nobody. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type OpenstackLogin, readLogin } from '../../../infra/clouds/openstack/login.ts';
import { NoLogin } from '../../../infra/clouds/target.ts';
import { Problem } from '../../../infra/problem.ts';
import { temporaryFolder, write } from '../../tools/fake-project.ts';

const PASSWORD_AUTH = `auth:
      auth_url: https://keystone.example.org:5000/v3/
      username: ann
      password: 0123
      project_name: physics
      user_domain_name: Students
      project_domain_id: d1`;

/** @param files path within the home folder -> content */
function login(files: Record<string, string>, env: Record<string, string> = {}, configured?: string): OpenstackLogin {
  const home = temporaryFolder();
  for (const [path, content] of Object.entries(files)) write(join(home, path), content);
  const named = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, value.replace('HOME', home)]));
  return readLogin({ env: { HOME: home, ...named }, configured, projectDir: join(home, 'project') });
}

const clouds = (entry: string, name = 'uni'): string => `clouds:\n  ${name}:\n    ${entry}\n`;
const USUAL = '.config/openstack/clouds.yaml';
const VARIABLES = {
  OS_AUTH_URL: 'https://keystone.example.org/identity',
  OS_USERNAME: 'ann',
  OS_PASSWORD: 'secret',
  OS_PROJECT_NAME: 'physics',
};

describe('a login', () => {
  test('of clouds.yaml is the one that OS_CLOUD names; a password of digits is one', () => {
    const quoted = PASSWORD_AUTH.replace('0123', '123');
    expect(login({ [USUAL]: clouds(quoted) }, { OS_CLOUD: 'uni' })).toEqual({
      authUrl: 'https://keystone.example.org:5000/v3',
      interface: 'public',
      region: undefined,
      caFile: undefined,
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: 'ann', domain: { name: 'Students' }, password: '123' } },
        },
        scope: { project: { name: 'physics', domain: { id: 'd1' } } },
      },
    });
  });

  test('is the one that the stack names before that of the environment', () => {
    const files = { [USUAL]: `${clouds(PASSWORD_AUTH)}  mine:\n    auth: {auth_url: "https://mine.example.org"}\n` };
    expect(() => login(files, { OS_CLOUD: 'uni' }, 'mine')).toThrow('has no project_name');
  });

  test('takes its secret from secure.yaml, and region, interface and authority from either', () => {
    const files = {
      [USUAL]: clouds(
        `region_name: south\n    interface: internalURL\n    cacert: ~/ca.pem\n    ${PASSWORD_AUTH.replace('      password: 0123\n', '')}`,
      ),
      '.config/openstack/secure.yaml': clouds('auth:\n      password: hidden'),
    };
    const found = login(files, { OS_CLOUD: 'uni', HOME: 'HOME' });
    expect(found).toMatchObject({
      region: 'south',
      interface: 'internal',
      caFile: expect.stringMatching(/^\/.*\/ca\.pem$/),
    });
    expect(JSON.stringify(found.auth)).toContain('"password":"hidden"');
  });

  test('lies in the folder of the project before the one of the user, and where OS_CLIENT_CONFIG_FILE says before both', () => {
    const at = (host: string): string => clouds(PASSWORD_AUTH.replace('keystone', host));
    const files = { 'project/clouds.yaml': at('project'), [USUAL]: at('user'), 'other.yaml': at('other') };
    expect(login(files, { OS_CLOUD: 'uni' }).authUrl).toContain('//project.example.org');
    expect(login(files, { OS_CLOUD: 'uni', OS_CLIENT_CONFIG_FILE: 'HOME/other.yaml' }).authUrl).toContain('//other.');
  });

  test('of variables alone is that of an openrc file', () => {
    const { authUrl, auth } = login({}, { ...VARIABLES, OS_REGION_NAME: '' });
    expect(authUrl).toBe('https://keystone.example.org/identity/v3');
    expect(auth).toMatchObject({ scope: { project: { name: 'physics', domain: { id: 'default' } } } });
  });

  test.each([
    ['its id', { application_credential_id: 'abc' }, { id: 'abc', secret: 's' }],
    [
      'its name, and whose it is',
      { application_credential_name: 'lab', username: 'ann' },
      { name: 'lab', user: { name: 'ann', domain: { id: 'default' } }, secret: 's' },
    ],
  ])('of an application credential, by %s, names no project', (_, fields, sent) => {
    const auth = { auth_url: 'https://k.example.org', application_credential_secret: 's', ...fields };
    const entry = `auth_type: v3applicationcredential\n    auth: ${JSON.stringify(auth)}`;
    expect(login({ [USUAL]: clouds(entry) }, { OS_CLOUD: 'uni' }).auth).toEqual({
      identity: { methods: ['application_credential'], application_credential: sent },
    });
  });

  test('may be a token', () => {
    const { OS_PASSWORD: _, ...others } = VARIABLES;
    expect(login({}, { ...others, OS_TOKEN: 'abc' }).auth).toMatchObject({
      identity: { methods: ['token'], token: { id: 'abc' } },
    });
  });
});

describe('without a login', () => {
  test.each([
    ['nothing at all', {}, {}, 'Nobody is logged in to OpenStack on this machine'],
    ['no clouds.yaml', {}, { OS_CLOUD: 'uni' }, 'There is no clouds.yaml'],
    ['no such cloud', { [USUAL]: clouds(PASSWORD_AUTH) }, { OS_CLOUD: 'nui' }, /has no cloud nui; it has: uni\./],
    ['no password', {}, { ...VARIABLES, OS_PASSWORD: '' }, 'has no password (OS_PASSWORD)'],
    ['a browser wanted', {}, { ...VARIABLES, OS_AUTH_TYPE: 'v3oidcpassword' }, 'of the type v3oidcpassword'],
    [
      'a secret that is missing',
      {},
      { ...VARIABLES, OS_AUTH_TYPE: 'v3applicationcredential' },
      'OS_APPLICATION_CREDENTIAL_SECRET',
    ],
  ])('as there is %s, it says where to get one', (_, files, env, words) => {
    expect(() => login(files, env)).toThrow(NoLogin);
    expect(() => login(files, env)).toThrow(words);
  });

  test.each([
    ['no address', {}, { ...VARIABLES, OS_AUTH_URL: 'keystone' }, 'which is no address'],
    ['a file that is not YAML', { [USUAL]: 'clouds: [' }, { OS_CLOUD: 'uni' }, 'clouds.yaml cannot be read'],
    ['no check of certificates', {}, { ...VARIABLES, OS_INSECURE: '1' }, 'passwords would go to anybody'],
    [
      'none in clouds.yaml either',
      { [USUAL]: clouds(`verify: false\n    ${PASSWORD_AUTH}`) },
      { OS_CLOUD: 'uni' },
      'passwords would go to anybody',
    ],
  ])('of use, as there is %s, it says so', (_, files, env, words) => {
    expect(() => login(files, env)).toThrow(Problem);
    expect(() => login(files, env)).toThrow(words);
  });
});
