/** A project of an OpenStack, and what its services answer of it: lists in pages, and nothing that goes while something uses it. */
import { describeOwner } from '../../infra/clouds/openstack/names.ts';

export type Answer = { status?: number; headers?: Record<string, string>; body?: unknown };

/** Something that a project has, as its service describes it. */
export type Thing = { id: string } & Record<string, unknown>;

/** What the project has, by the service's own word. */
export type Project = {
  servers: Thing[];
  flavors: Thing[];
  images: Thing[];
  volumes: Thing[];
  networks: Thing[];
  subnets: Thing[];
  ports: Thing[];
  routers: Thing[];
  floatingips: Thing[];
  security_groups: Thing[];
  keypairs: string[];
  /** Names of the containers -> names of their objects. */
  containers: Record<string, string[]>;
  /** Nova's, Cinder's and Neutron's own words for limits, and for what is used of them. */
  limits: { compute: Record<string, number>; volume: Record<string, number>; network: Record<string, object> };
  /** Of networks, for those who may see it. */
  availabilities: object[];
};

export const USER = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
export const PROJECT_ID = 'physics-id';
/** Lists come in pages of so many. */
const PAGE = 2;

const LISTS: Record<string, keyof Project> = {
  '/compute/v2.1/servers': 'servers',
  '/compute/v2.1/flavors': 'flavors',
  '/image/v2/images': 'images',
  [`/volume/v3/${PROJECT_ID}/volumes`]: 'volumes',
  '/network/v2.0/networks': 'networks',
  '/network/v2.0/subnets': 'subnets',
  '/network/v2.0/ports': 'ports',
  '/network/v2.0/routers': 'routers',
  '/network/v2.0/floatingips': 'floatingips',
  '/network/v2.0/security-groups': 'security_groups',
};

/** An error, as most services write it. */
export function failure(status: number, message: string, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: { error: { code: status, message } } };
}

/** Of nothing, without limits. */
export function emptyProject(): Project {
  return {
    servers: [],
    flavors: [],
    images: [],
    volumes: [],
    networks: [],
    subnets: [],
    ports: [],
    routers: [],
    floatingips: [],
    security_groups: [],
    keypairs: [],
    containers: {},
    limits: { compute: {}, volume: {}, network: {} },
    availabilities: [],
  };
}

const NOTHING = failure(404, 'It could not be found.');
const DONE: Answer = { status: 204 };

/** What the services answer to whoever is logged in: with as much of a real one as the lab asks for. */
export function answerFor(project: Project, method: string, url: URL, body: string): Answer {
  const path = decodeURIComponent(url.pathname).replace(/\/detail$/, '');
  if (path === '/compute/v2.1/limits') return { body: { limits: { absolute: project.limits.compute } } };
  if (path === `/volume/v3/${PROJECT_ID}/limits`) return { body: { limits: { absolute: project.limits.volume } } };
  if (path === `/network/v2.0/quotas/${PROJECT_ID}/details.json`) return { body: { quota: project.limits.network } };
  if (path === '/network/v2.0/network-ip-availabilities')
    return { body: { network_ip_availabilities: project.availabilities } };
  if (path.startsWith('/object/')) return answerObjects(project, method, path);
  const keyPair = /^\/compute\/v2.1\/os-keypairs\/(.*)$/.exec(path)?.[1];
  if (keyPair !== undefined) {
    if (!project.keypairs.includes(keyPair)) return NOTHING;
    if (method === 'DELETE') project.keypairs = project.keypairs.filter((name) => name !== keyPair);
    return method === 'DELETE' ? DONE : { body: { keypair: { name: keyPair } } };
  }
  const [, list = '', id, action] =
    /^(.*?\/(?:v2|v2.0|v2.1|v3\/[^/]+)\/[^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  const key = LISTS[list];
  if (key === undefined) return NOTHING;
  const things = project[key] as Thing[];
  if (id === undefined) return listPage(things, key, url);
  const thing = things.find((each) => each.id === id);
  if (thing === undefined) return NOTHING;
  if (action === 'remove_router_interface') {
    const { port_id } = JSON.parse(body) as { port_id: string };
    project.ports = project.ports.filter((port) => port.id !== port_id);
    return { body: {} };
  }
  if (action === 'action') {
    project.servers = project.servers.filter((server) => server.id !== id);
    return DONE;
  }
  return method === 'DELETE' ? removeThing(project, key, thing) : look(project, key, thing);
}

function listPage(things: readonly Thing[], key: string, url: URL): Answer {
  const { marker, limit: _, status: __, ...filters } = Object.fromEntries(url.searchParams);
  // Texts as a database compares them, without regard to case.
  const fold = (name: string, value: unknown): string =>
    name === 'description' ? String(value).toLowerCase() : String(value);
  const found = things.filter((thing) =>
    Object.entries(filters).every(([name, text]) => fold(name, thing[name]) === fold(name, text)),
  );
  const first = marker === undefined ? 0 : found.findIndex(({ id }) => id === marker) + 1;
  const page = found.slice(first, first + PAGE);
  const last = page.at(-1)?.id;
  if (last === undefined || first + PAGE >= found.length) return { body: { [key]: page } };
  const query = new URLSearchParams({ ...Object.fromEntries(url.searchParams), marker: last });
  // Behind a proxy, services know themselves by other names.
  const href = `http://internal${url.pathname}?${query}`;
  return {
    body:
      key === 'images'
        ? { images: page, next: `${url.pathname}?${query}` }
        : { [key]: page, [`${key}_links`]: [{ rel: 'next', href }] },
  };
}

/** What is being deleted is there for one more look. */
function look(project: Project, key: keyof Project, thing: Thing): Answer {
  if (thing.status === 'deleting') drop(project, key, thing);
  return { body: { [key.replace(/s$/, '')]: thing } };
}

function drop(project: Project, key: keyof Project, thing: Thing): void {
  const things = project[key] as Thing[];
  things.splice(things.indexOf(thing), 1);
  // A network's own servers of addresses go with it.
  if (key === 'networks') project.ports = project.ports.filter(({ network_id }) => network_id !== thing.id);
  if (key !== 'servers') return;
  for (const volume of project.volumes) {
    if ((volume.attachments as { server_id: string }[]).every(({ server_id }) => server_id !== thing.id)) continue;
    Object.assign(volume, { attachments: [], status: 'available' });
  }
}

function removeThing(project: Project, key: keyof Project, thing: Thing): Answer {
  const conflict = (what: string): Answer => ({
    status: 409,
    body: { NeutronError: { type: `${what}InUse`, message: `${what} ${thing.id} in use.`, detail: '' } },
  });
  const { ports } = project;
  const inUse = (network: unknown) =>
    ports.some(({ network_id, device_owner }) => network_id === network && device_owner !== 'network:dhcp');
  if (key === 'networks' && inUse(thing.id)) return conflict('Network');
  if (key === 'subnets' && inUse(thing.network_id)) return conflict('Subnet');
  if (key === 'routers' && ports.some(({ device_id }) => device_id === thing.id)) return conflict('Router');
  if (key === 'security_groups' && ports.some((port) => (port.security_groups as string[]).includes(thing.id)))
    return conflict('SecurityGroup');
  if (key === 'volumes' && thing.status !== 'available')
    return failure(400, 'Invalid volume: Volume status must be available or error.');
  if (key === 'servers' || key === 'volumes') thing.status = 'deleting';
  else drop(project, key, thing);
  return DONE;
}

function answerObjects(project: Project, method: string, path: string): Answer {
  const [container = '', ...rest] = path.replace(`/object/v1/AUTH_${PROJECT_ID}`, '').split('/').slice(1);
  if (container === '') return DONE;
  const objects = project.containers[container];
  if (objects === undefined) return { status: 404 };
  if (method === 'HEAD') return DONE;
  if (rest.length === 0) {
    if (method === 'GET') return { body: objects.map((name) => ({ name })) };
    if (objects.length > 0) return { status: 409 };
    delete project.containers[container];
    return DONE;
  }
  const name = rest.join('/');
  if (!objects.includes(name)) return { status: 404 };
  project.containers[container] = objects.filter((each) => each !== name);
  return DONE;
}

/** What a stack of a user has there: a web host, a broker with its volume, a network with its router, and what they boot from. */
export function labThings(stack: string, userId = USER, more: Record<string, string> = {}) {
  const description = describeOwner({ stack, userId });
  const id = (name: string): string => `${stack}-${userId.slice(0, 4)}-${name}`;
  const metadata = (host: string) => ({
    'cloud-lab.project': 'cloud-lab',
    'cloud-lab.stack': stack,
    'cloud-lab.host': host,
    ...more,
  });
  const server = (host: string): Thing => ({
    id: id(host),
    name: `lab-${stack}-${host}`,
    status: 'ACTIVE',
    user_id: userId,
    metadata: metadata(host),
    flavor: { id: 'flavor-2-4' },
  });
  const network_id = id('network');
  const port = (name: string, device_owner: string, device_id: string, groups: string[]): Thing => ({
    id: id(name),
    name,
    network_id,
    device_owner,
    device_id,
    security_groups: groups,
  });
  return {
    servers: [server('web'), server('kafka-1')],
    volumes: [
      {
        id: id('kafka-1-data'),
        name: `lab-${stack}-kafka-1-data`,
        status: 'in-use',
        size: 10,
        user_id: userId,
        metadata: metadata('kafka-1'),
        attachments: [{ server_id: id('kafka-1') }],
      },
    ],
    networks: [{ id: network_id, name: `lab-${stack}`, description }],
    subnets: [{ id: id('subnet'), name: `lab-${stack}`, network_id, description }],
    ports: [
      { ...port(`${stack}-web`, 'compute:nova', id('web'), [id('group')]), description },
      port('interface', 'network:router_interface', id('router'), []),
      port('dhcp', 'network:dhcp', 'dhcp-of-the-cloud', []),
    ],
    routers: [{ id: id('router'), name: `lab-${stack}`, description }],
    floatingips: [{ id: id('address'), floating_ip_address: '203.0.113.7', description }],
    security_groups: [{ id: id('group'), name: `lab-${stack}-web`, description, security_group_rules: [{}, {}, {}] }],
  } satisfies Partial<Project>;
}
