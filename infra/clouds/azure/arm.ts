/** A client of Azure Resource Manager for the few questions that are asked beside Pulumi, and for giving everything back. */
import { setTimeout as delay } from 'node:timers/promises';
import type { TokenCredential } from '@azure/identity';
import { type ClientOptions, getClient, type PathUncheckedResponse } from '@azure-rest/core-client';
import { Problem } from '../../problem.ts';
import { NoLogin } from '../target.ts';
import { explainAzureError } from './explain.ts';

/** Azure's public cloud. */
const ENDPOINT = 'https://management.azure.com';
/** One question with all its retries. */
const ANSWER_LIMIT_MS = 120_000;
const LONGEST_PAUSE_SECONDS = 60;

/** An answer that is an error: Azure's words and, where there is one, the way out. */
export class ArmError extends Problem {
  override name = 'ArmError';
  readonly status: number;
  /** Azure's name for it, such as `AuthorizationFailed`. */
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    const text = `Azure answers ${status} ${code}: ${message}`;
    const advice = explainAzureError(text);
    super(advice === undefined ? text : `${text}\n${advice}`);
    this.status = status;
    this.code = code;
  }
}

export type ArmClient = {
  /**
   * What is at a path, in the shape that the reference of that API gives it.
   * @throws ArmError
   */
  get<T>(path: string, query: ArmQuery): Promise<T>;
  /** Every page of a list. @throws ArmError */
  list<T>(path: string, query: ArmQuery): Promise<T[]>;
  /** Deletes what is at a path, and returns when it is gone; that it was not there is no error. @throws ArmError, Problem */
  remove(path: string, query: ArmQuery, wait: Wait): Promise<void>;
};

/** Parameters of a request; `api-version` has to be one. */
export type ArmQuery = { 'api-version': string; $filter?: string };

export type Wait = { limitMs: number; say: (text: string) => void };

export type ArmOptions = {
  /** Absent only for a stand-in on this machine. */
  credential?: TokenCredential;
  /** Another endpoint, for tests: on this machine alone, and no credential is ever sent there. */
  endpoint?: string;
  retries?: ClientOptions['retryOptions'];
  /** Seconds between two attempts, or two looks, where Azure does not say how many. */
  pauseSeconds?: number;
};

/** Throttled and failed requests are sent again, a few times, when Azure says. */
export function createArmClient({
  credential,
  endpoint = ENDPOINT,
  retries,
  pauseSeconds = 15,
}: ArmOptions): ArmClient {
  const retryOptions = retries ?? { maxRetries: 5, retryDelayInMs: 1000, maxRetryDelayInMs: 30_000 };
  const client =
    endpoint === ENDPOINT
      ? getClient(endpoint, credential, { credentials: { scopes: [`${ENDPOINT}/.default`] }, retryOptions })
      : getClient(checkLoopback(endpoint), { retryOptions, allowInsecureConnection: true });

  const send = async (method: 'get' | 'delete', path: string, query?: ArmQuery): Promise<PathUncheckedResponse> => {
    const response = await speakPlainly(() =>
      client.pathUnchecked(path)[method]({
        ...(query === undefined ? {} : { queryParameters: query }),
        allowInsecureConnection: endpoint !== ENDPOINT,
        abortSignal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      }),
    );
    if (Number(response.status) < 400) return response;
    const { code, message } = readError(response.body);
    throw new ArmError(Number(response.status), code, message);
  };
  /** The token goes along with every request: only to Azure. */
  const follow = (link: string): Promise<PathUncheckedResponse> => {
    if (new URL(link).origin !== new URL(endpoint).origin) throw new Problem(`Azure's answer leads elsewhere: ${link}`);
    return send('get', link);
  };

  return {
    async get<T>(path: string, query: ArmQuery): Promise<T> {
      const { body } = await send('get', path, query);
      return body as T;
    },

    async list<T>(path: string, query: ArmQuery): Promise<T[]> {
      const items: T[] = [];
      let response = await send('get', path, query);
      for (;;) {
        const page = response.body as { value: T[]; nextLink?: string };
        items.push(...page.value);
        // Azure ends some lists by an empty link.
        if (page.nextLink === undefined || page.nextLink === '') return items;
        response = await follow(page.nextLink);
      }
    },

    async remove(path, query, { limitMs, say }) {
      const end = Date.now() + limitMs;
      const pause = async (seconds: number, why: string): Promise<void> => {
        if (Date.now() + seconds * 1000 > end) {
          throw new Problem(`${path} is not gone after ${Math.round(limitMs / 60_000)} minutes: ${why}.`);
        }
        say(why);
        await delay(seconds * 1000);
      };
      for (;;) {
        try {
          let response = await send('delete', path, query);
          while (response.status === '202') {
            const { location, 'retry-after': seconds } = response.headers;
            if (location === undefined) return;
            await pause(readSeconds(seconds, pauseSeconds), 'Azure is deleting it');
            response = await follow(location);
          }
          return;
        } catch (error) {
          if (!(error instanceof ArmError)) throw error;
          if (error.status === 404) return;
          if (!isPassing(error)) throw error;
          await pause(pauseSeconds, error.message);
        }
      }
    },
  };
}

/** Errors before there is an answer: of the login, or of the network. What a login says when it fails is for its makers. */
async function speakPlainly<T>(ask: () => PromiseLike<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'AbortError') throw new Problem(`Azure has not answered for ${ANSWER_LIMIT_MS / 1000} s.`);
    if (!/Credential|Authentication/.test(name)) throw new Problem(`Azure cannot be reached: ${message}`);
    const advice = explainAzureError(`${name}: ${message}`) ?? 'Run az login, then try again.';
    throw new NoLogin(`${advice} (${message.trim().split('\n')[0]})`);
  }
}

/** Something else is at work on it, or too much is asked at once. */
function isPassing({ status, code }: ArmError): boolean {
  return (status === 409 && code !== 'ScopeLocked') || status === 429;
}

function checkLoopback(endpoint: string): string {
  const { hostname } = new URL(endpoint);
  if (hostname !== '127.0.0.1') throw new Problem(`${endpoint} is not on this machine: Azure has one endpoint only.`);
  return endpoint;
}

function readSeconds(header: string | undefined, otherwise: number): number {
  const seconds = Number(header ?? otherwise);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, LONGEST_PAUSE_SECONDS) : otherwise;
}

/** Most services nest their error; some do not. */
function readError(body: unknown): { code: string; message: string } {
  const { error, code, message } = (body ?? {}) as {
    error?: { code?: string; message?: string };
    code?: string;
    message?: string;
  };
  return { code: error?.code ?? code ?? 'error', message: error?.message ?? message ?? 'nothing more is said' };
}
