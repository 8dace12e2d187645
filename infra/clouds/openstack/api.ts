/** A client of OpenStack's APIs for the few questions that are asked beside Pulumi, and for giving everything back. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import tls from 'node:tls';
import { Problem } from '../../problem.ts';
import { NoLogin } from '../target.ts';
import { explainOpenstackError } from './explain.ts';
import type { OpenstackLogin } from './login.ts';

/** Services by the types that catalogues have for them; the first that is there counts. */
const SERVICE_TYPES = {
  compute: ['compute'],
  network: ['network'],
  image: ['image'],
  volume: ['volumev3', 'block-storage', 'block-store', 'volume'],
  'object store': ['object-store'],
} as const;
export type Service = keyof typeof SERVICE_TYPES;

/** What comes after the address in the catalogue, where that has no version. */
const VERSION: Partial<Record<Service, string>> = { network: '/v2.0', image: '/v2' };

const ANSWER_LIMIT_MS = 60_000;
const ATTEMPTS = 4;
const LONGEST_PAUSE_MS = 30_000;

/** An answer that is an error: OpenStack's words and, where there is one, the way out. */
export class OpenstackError extends Problem {
  override name = 'OpenstackError';
  readonly status: number;
  constructor(status: number, what: string, message: string) {
    const text = `OpenStack answers ${status} to ${what}: ${message}`;
    const advice = explainOpenstackError(text);
    super(advice === undefined ? text : `${text}\n${advice}`);
    this.status = status;
  }
}

/** There was no answer at all. */
export class OpenstackSilence extends Problem {
  override name = 'OpenstackSilence';
  /** Whether that is for good, as far as one can tell: no such host, or nobody who listens there. */
  readonly nobody: boolean;
  constructor(message: string, nobody: boolean, cause: unknown) {
    super(message, { cause });
    this.nobody = nobody;
  }
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';

export type OpenstackClient = {
  /** Who asks, and for which project. */
  readonly who: { userId: string; projectId: string; projectName: string };
  /** Address of a service; undefined where the catalogue has none. */
  endpointOf(service: Service): string | undefined;
  /** Sends a request. @returns the body of the answer, if any. @throws OpenstackError, Problem */
  send<T>(service: Service, method: Method, path: string, body?: unknown): Promise<T>;
  /** Every page of a list, which the answer has under a key. @throws OpenstackError, Problem */
  list<T>(service: Service, path: string, key: string): Promise<T[]>;
};

/** https://docs.openstack.org/api-ref/identity/v3/#password-authentication-with-scoped-authorization */
type Token = {
  user: { id: string };
  project?: { id: string; name: string };
  catalog?: { type: string; endpoints: { interface: string; region_id?: string; region?: string; url: string }[] }[];
};

/**
 * Logs in. Requests that fail for want of time or room are sent again, a few times; a token that has ended is made anew.
 * @param pauseMs between two attempts
 * @throws NoLogin where Keystone refuses the login
 */
export async function createOpenstackClient(login: OpenstackLogin, pauseMs = 1000): Promise<OpenstackClient> {
  trust(login.caFile);
  let session = await authenticate(login, pauseMs);
  const { token } = session;
  if (token.project === undefined)
    throw new NoLogin('The login to OpenStack names no project: set project_name in clouds.yaml, or OS_PROJECT_NAME.');

  const endpointOf = (service: Service): string | undefined => findEndpoint(service, token, login);

  const send = async <T>(service: Service, method: Method, path: string, body?: unknown): Promise<T> => {
    const endpoint = endpointOf(service);
    if (endpoint === undefined)
      throw new Problem(`The catalogue of this OpenStack has no ${service} service${inRegion(login)}.`);
    const ask = (): Promise<Response> =>
      request(`${endpoint}${path}`, { method, body, token: session.id, what: service, pauseMs });
    let response = await ask();
    if (response.status === 401) {
      session = await authenticate(login, pauseMs);
      response = await ask();
    }
    const text = await response.text();
    if (!response.ok) throw new OpenstackError(response.status, `${method} ${service} ${path}`, readError(text));
    return (text === '' || !isJson(response) ? undefined : JSON.parse(text)) as T;
  };

  return {
    who: { userId: token.user.id, projectId: token.project.id, projectName: token.project.name },
    endpointOf,
    send,

    async list<T>(service: Service, path: string, key: string): Promise<T[]> {
      const items: T[] = [];
      let page = path;
      for (;;) {
        const body = await send<Page>(service, 'GET', page);
        items.push(...((body[key] ?? []) as T[]));
        const [, query] = findNext(body, key)?.split('?') ?? [];
        if (query === undefined) return items;
        // The rest of such a link may name a server that only the cloud knows.
        page = `${path.split('?')[0]}?${query}`;
      }
    },
  };
}

type Page = Record<string, unknown>;

/** Glance has a path under `next`, the others a list of links. */
function findNext(body: Page, key: string): string | undefined {
  const links = (body[`${key}_links`] ?? []) as { rel: string; href: string }[];
  return (body.next as string | undefined) ?? links.find(({ rel }) => rel === 'next')?.href;
}

async function authenticate(login: OpenstackLogin, pauseMs: number): Promise<{ id: string; token: Token }> {
  const url = `${login.authUrl}/auth/tokens`;
  const response = await request(url, { method: 'POST', body: { auth: login.auth }, what: 'login', pauseMs });
  const text = await response.text();
  const id = response.headers.get('x-subject-token');
  if (response.status === 401 || response.status === 403 || response.status === 404) {
    throw new NoLogin(
      `OpenStack at ${login.authUrl} refuses the login: ${readError(text)} Look at the names and the password in clouds.yaml or OS_*; an application credential may have ended.`,
    );
  }
  if (!response.ok || id === null) throw new OpenstackError(response.status, 'the login', readError(text));
  return { id, token: (JSON.parse(text) as { token: Token }).token };
}

function findEndpoint(service: Service, { catalog = [] }: Token, login: OpenstackLogin): string | undefined {
  const found = SERVICE_TYPES[service]
    .flatMap((type) => catalog.filter((entry) => entry.type === type))
    .flatMap(({ endpoints }) => endpoints)
    .find(
      (endpoint) =>
        endpoint.interface === login.interface &&
        (login.region === undefined || [endpoint.region_id, endpoint.region].includes(login.region)),
    );
  if (found === undefined) return undefined;
  const url = found.url.replace(/\/+$/, '');
  return /\/v[\d.]+(\/|$)/.test(new URL(url).pathname) ? url : `${url}${VERSION[service] ?? ''}`;
}

function inRegion({ region }: OpenstackLogin): string {
  return region === undefined ? '' : ` in the region ${region}`;
}

type Request = { method: Method; body?: unknown; token?: string; what: string; pauseMs: number };

/** @throws OpenstackSilence */
async function request(url: string, { method, body, token, what, pauseMs }: Request): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    let pause = pauseMs * attempt;
    try {
      const response = await fetch(url, {
        method,
        redirect: 'error',
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { 'x-auth-token': token }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      if (attempt === ATTEMPTS || ![429, 502, 503, 504].includes(response.status)) return response;
      pause = readPause(response) ?? pause;
    } catch (error) {
      if (attempt === ATTEMPTS) throw describeSilence(error as Error, url, what);
    }
    await delay(pause);
  }
}

/** How long the cloud wants to be left alone, where it says so. */
function readPause({ headers }: Response): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return seconds >= 0 ? Math.min(seconds * 1000, LONGEST_PAUSE_MS) : undefined;
}

function describeSilence({ name, message, cause }: Error, url: string, what: string): OpenstackSilence {
  const { origin } = new URL(url);
  const { code } = (cause ?? {}) as { code?: unknown };
  const said = cause instanceof Error ? cause.message : message;
  const why = name === 'TimeoutError' ? `no answer within ${ANSWER_LIMIT_MS / 1000} s` : said;
  const text = `OpenStack's ${what} at ${origin} cannot be reached: ${why}.`;
  const advice = explainOpenstackError(text);
  const nobody = code === 'ENOTFOUND' || code === 'ECONNREFUSED';
  return new OpenstackSilence(advice === undefined ? text : `${text}\n${advice}`, nobody, cause);
}

/** Has this process trust a cloud's own authority. */
function trust(caFile: string | undefined): void {
  if (caFile === undefined) return;
  try {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(caFile, 'utf8')]);
  } catch (error) {
    throw new Problem(`The certificate of the cloud's authority, ${caFile}, cannot be read.`, { cause: error });
  }
}

function isJson(response: Response): boolean {
  return response.headers.get('content-type')?.includes('json') ?? false;
}

/** Each service nests its errors in another way. */
function readError(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'string') return body;
    const parts: unknown[] = Object.values(body ?? {});
    const messages = parts.map((part) =>
      typeof part === 'string' ? part : (part as { message?: unknown } | null)?.message,
    );
    const message = messages.find((each) => typeof each === 'string');
    if (message !== undefined) return message;
  } catch {
    // Some answer with a page.
  }
  return (
    text
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, 300) || 'nothing more is said'
  );
}
