/** Who asks OpenStack: found where Pulumi's provider and OpenStack's own tools find it, so that all mean the same cloud. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Problem } from '../../problem.ts';
import { NoLogin } from '../target.ts';

export type LoginSources = {
  env: NodeJS.ProcessEnv;
  /** What `openstack:cloud` of the stack says: the name of a cloud in clouds.yaml. */
  configured?: string | undefined;
  /** Where a clouds.yaml of the project is looked for first. */
  projectDir: string;
};

export type OpenstackLogin = {
  /** Of Keystone, with `/v3`. */
  authUrl: string;
  /** Undefined: the only one. */
  region: string | undefined;
  interface: string;
  /** A file of certificates, PEM, that vouch for the cloud beside the usual ones. */
  caFile: string | undefined;
  /** What Keystone is sent: https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management */
  auth: unknown;
};

/** An entry of clouds.yaml: https://docs.openstack.org/python-openstackclient/latest/configuration/index.html */
type CloudEntry = {
  auth?: Record<string, unknown>;
  auth_type?: string;
  region_name?: string;
  interface?: string;
  cacert?: string;
  verify?: boolean;
};

/** What Keystone itself decides; others, such as a university's own sign-on, need a browser. */
const AUTH_TYPES = /^(v3)?(password|token|applicationcredential)$/;

const HOW =
  'Log in to the dashboard of your cloud, take clouds.yaml from Identity, Application Credentials, put it at ~/.config/openstack/clouds.yaml and set OS_CLOUD to the name in it (docs/openstack.md).';

/**
 * The login that the stack or the environment names: an entry of clouds.yaml, whose gaps OS_* variables fill, or those alone.
 * @throws NoLogin, Problem
 */
export function readLogin({ env, configured, projectDir }: LoginSources): OpenstackLogin {
  const name = configured ?? present(env.OS_CLOUD);
  const cloud = name === undefined ? {} : readCloud(name, env, projectDir);
  const read = (key: string): string | undefined =>
    present(cloud.auth?.[key]) ?? present(env[`OS_${key.toUpperCase()}`]);
  const authUrl = read('auth_url');
  if (authUrl === undefined) throw new NoLogin(`Nobody is logged in to OpenStack on this machine. ${HOW}`);
  if (!URL.canParse(authUrl)) throw new Problem(`OpenStack's auth_url is "${authUrl}", which is no address.`);
  if (cloud.verify === false || /^(true|1)$/i.test(env.OS_INSECURE ?? ''))
    throw new Problem(
      "The login says not to verify the cloud's certificate: passwords would go to anybody. Name the certificate of its authority in its place, cacert of clouds.yaml or OS_CACERT.",
    );
  return {
    authUrl: `${authUrl.replace(/\/+$/, '').replace(/\/v[\d.]+$/, '')}/v3`,
    region: present(cloud.region_name) ?? present(env.OS_REGION_NAME),
    interface: (present(cloud.interface) ?? present(env.OS_INTERFACE) ?? 'public').replace(/URL$/, ''),
    caFile: (present(cloud.cacert) ?? present(env.OS_CACERT))?.replace(/^~(?=\/)/, homeOf(env)),
    auth: describeAuth(read, present(cloud.auth_type) ?? present(env.OS_AUTH_TYPE)),
  };
}

type Read = (key: string) => string | undefined;

function describeAuth(read: Read, type: string | undefined): unknown {
  if (type !== undefined && !AUTH_TYPES.test(type))
    throw new NoLogin(`The login to OpenStack is of the type ${type}, which takes more than a program has. ${HOW}`);
  const need = (key: string): string => {
    const value = read(key);
    if (value === undefined)
      throw new NoLogin(`The login to OpenStack has no ${key} (OS_${key.toUpperCase()}). ${HOW}`);
    return value;
  };
  const user = (): object => {
    const id = read('user_id');
    return id === undefined ? { name: need('username'), domain: domainOf(read, 'user') } : { id };
  };
  if (type?.includes('applicationcredential') === true || read('application_credential_secret') !== undefined) {
    const id = read('application_credential_id');
    const secret = need('application_credential_secret');
    const named = id === undefined ? { name: need('application_credential_name'), user: user() } : { id };
    // It has its project in itself.
    return { identity: { methods: ['application_credential'], application_credential: { ...named, secret } } };
  }
  const project = read('project_id') ?? read('tenant_id');
  const scope =
    project === undefined
      ? { name: read('project_name') ?? read('tenant_name') ?? need('project_name'), domain: domainOf(read, 'project') }
      : { id: project };
  const token = read('token');
  const identity =
    token === undefined
      ? { methods: ['password'], password: { user: { ...user(), password: need('password') } } }
      : { methods: ['token'], token: { id: token } };
  return { identity, scope: { project: scope } };
}

function domainOf(read: Read, whose: 'user' | 'project'): { id: string } | { name: string } {
  const id = read(`${whose}_domain_id`) ?? read('domain_id');
  const name = read(`${whose}_domain_name`) ?? read('domain_name');
  if (id !== undefined) return { id };
  return name === undefined ? { id: read('default_domain') ?? 'default' } : { name };
}

function readCloud(name: string, env: NodeJS.ProcessEnv, projectDir: string): CloudEntry {
  const file = findFile('clouds', present(env.OS_CLIENT_CONFIG_FILE), env, projectDir);
  if (file === undefined)
    throw new NoLogin(`There is no clouds.yaml, where the login to the cloud ${name} would be. ${HOW}`);
  const clouds = readClouds(file);
  const cloud = clouds[name];
  if (cloud === undefined)
    throw new NoLogin(
      `${file} has no cloud ${name}; it has: ${Object.keys(clouds).join(', ')}. Set OS_CLOUD, or openstack:cloud of the stack, to one of them.`,
    );
  const secure = findFile('secure', present(env.OS_CLIENT_SECURE_FILE), env, projectDir);
  const secrets = secure === undefined ? undefined : readClouds(secure)[name];
  return { ...cloud, ...secrets, auth: { ...cloud.auth, ...secrets?.auth } };
}

function findFile(
  kind: 'clouds' | 'secure',
  named: string | undefined,
  env: NodeJS.ProcessEnv,
  projectDir: string,
): string | undefined {
  if (named !== undefined) return named;
  const folders = [projectDir, join(homeOf(env), '.config/openstack'), '/etc/openstack'];
  const files = folders.flatMap((folder) => ['yaml', 'yml'].map((ending) => join(folder, `${kind}.${ending}`)));
  return files.find((file) => existsSync(file));
}

function readClouds(file: string): Record<string, CloudEntry> {
  try {
    const { clouds } = (parse(readFileSync(file, 'utf8')) ?? {}) as { clouds?: Record<string, CloudEntry> };
    return clouds ?? {};
  } catch (error) {
    throw new Problem(`${file} cannot be read: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}

function homeOf({ HOME }: NodeJS.ProcessEnv): string {
  return present(HOME) ?? homedir();
}

/** A value as text: YAML takes a password of digits for a number, and a key without a value for null. */
function present(value: unknown): string | undefined {
  return value === undefined || value === null || value === '' ? undefined : String(value);
}
