/** OpenStack's HTTP APIs on the loopback, for one project: logins, its catalogue, and what it is told to answer. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Answer, answerFor, emptyProject, failure, PROJECT_ID, type Project, USER } from './openstack-project.ts';

export type OpenstackStandIn = {
  url: string;
  /** A login that it knows, as variables. */
  env: Record<string, string>;
  /** `GET /path?query`, in order. */
  asked: string[];
  /** What logged in was sent, in order. */
  logins: { auth: Record<string, unknown> }[];
  project: Project;
  /** Ends every token that was given out. */
  endTokens(): void;
};

export type StandInOptions = {
  project?: Partial<Project>;
  /**
   * What is answered in place of what the project has, by the method and the path without its query: always, or of several each once.
   */
  answers?: Record<string, Answer | Answer[]>;
  /** Types of services that the catalogue does not name. */
  without?: readonly string[];
};

const PASSWORDS = ['secret', 'credential-secret'];
const SERVICES: Record<string, string> = {
  compute: '/compute/v2.1',
  network: '/network',
  image: '/image',
  'block-storage': `/volume/v3/${PROJECT_ID}`,
  'object-store': `/object/v1/AUTH_${PROJECT_ID}`,
};

export async function startOpenstack({
  project: changes = {},
  answers = {},
  without = [],
}: StandInOptions = {}): Promise<OpenstackStandIn> {
  const project = { ...emptyProject(), ...changes };
  const asked: string[] = [];
  const logins: OpenstackStandIn['logins'] = [];
  let tokens: string[] = [];
  const given = new Map<string, number>();

  const logIn = (body: string): Answer => {
    const sent = JSON.parse(body) as { auth: Record<string, unknown> };
    logins.push(sent);
    if (!PASSWORDS.some((password) => body.includes(`"${password}"`)))
      return failure(401, 'The request you have made requires authentication.');
    const token = `token-${logins.length}`;
    tokens.push(token);
    const catalog = Object.entries(SERVICES)
      .filter(([type]) => !without.includes(type))
      .map(([type, path]) => ({
        type,
        endpoints: [
          { interface: 'internal', region_id: 'one', url: 'http://10.0.0.1/' },
          { interface: 'public', region_id: 'one', url: `${base()}${path}` },
        ],
      }));
    return {
      status: 201,
      headers: { 'x-subject-token': token },
      body: { token: { user: { id: USER }, project: { id: PROJECT_ID, name: 'physics' }, catalog } },
    };
  };

  const answer = (method: string, url: URL, token: unknown, body: string): Answer => {
    const key = `${method} ${url.pathname}`;
    const told = answers[key];
    const number = given.get(key) ?? 0;
    given.set(key, number + 1);
    const instead = Array.isArray(told) ? told[number] : told;
    if (instead !== undefined) return instead;
    if (key === 'POST /identity/v3/auth/tokens') return logIn(body);
    if (key === 'GET /object/info') return { body: { tempurl: { methods: ['GET'], allowed_digests: ['sha256'] } } };
    if (!tokens.includes(String(token))) return failure(401, 'The request you have made requires authentication.');
    return answerFor(project, method, url, body);
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', base());
    asked.push(decodeURIComponent(`${request.method} ${url.pathname}${url.search.replaceAll('+', ' ')}`));
    let sent = '';
    request.on('data', (chunk) => {
      sent += String(chunk);
    });
    request.on('end', () => {
      const { status = 200, headers, body } = answer(request.method ?? '', url, request.headers['x-auth-token'], sent);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const env = {
    // Where nobody has a clouds.yaml.
    HOME: '/nowhere',
    OS_AUTH_URL: `${base()}/identity`,
    OS_USERNAME: 'ann',
    OS_PASSWORD: 'secret',
    OS_PROJECT_NAME: 'physics',
  };
  return {
    url: base(),
    env,
    asked,
    logins,
    project,
    endTokens: () => {
      tokens = [];
    },
  };
}
