/** What is asked of Azure Resource Manager gets an answer, or an end in words, whatever Azure says in between. */
import { describe, expect, test } from 'vitest';
import { ArmError, createArmClient } from '../../../infra/clouds/azure/arm.ts';
import { Problem } from '../../../infra/problem.ts';
import { type Answer, failure, startArm } from './arm-stand-in.ts';

const VERSION = { 'api-version': '2021-04-01' };
const THROTTLED = failure(429, 'TooManyRequests', 'slow down', { 'retry-after': '0' });
const GROUP = '/subscriptions/1/resourcegroups/lab-azure';

async function clientOf(answers: (url: string) => Record<string, Answer | Answer[]>) {
  const arm = await startArm(answers);
  const retries = { maxRetries: 3, retryDelayInMs: 1, maxRetryDelayInMs: 5 };
  return { arm, client: createArmClient({ endpoint: arm.url, retries, pauseSeconds: 0 }) };
}

const wait = (limitMs = 5000) => {
  const said: string[] = [];
  return { limitMs, say: (text: string) => void said.push(text), said };
};

describe('a question', () => {
  test('is asked again when Azure is too busy, or fails', async () => {
    const { arm, client } = await clientOf(() => ({
      'GET /x': [THROTTLED, failure(503, 'ServerBusy', 'later'), { body: { name: 'found' } }],
    }));
    expect(await client.get('/x', VERSION)).toEqual({ name: 'found' });
    expect(arm.asked).toEqual(Array(3).fill('GET /x?api-version=2021-04-01'));
  });

  test('ends when Azure goes on being too busy, with what to do', async () => {
    const { arm, client } = await clientOf(() => ({ 'GET /x': THROTTLED }));
    await expect(client.get('/x', VERSION)).rejects.toThrow(
      /^Azure answers 429 TooManyRequests: slow down\nAzure wants fewer requests/,
    );
    expect(arm.asked).toHaveLength(4);
  });

  test('that is refused is not asked again, and tells the way out', async () => {
    const { arm, client } = await clientOf(() => ({ 'GET /x': failure(403, 'AuthorizationFailed', 'no right') }));
    const asked = client.get('/x', VERSION);
    await expect(asked).rejects.toThrow(ArmError);
    await expect(asked).rejects.toThrow('ask the owner of the subscription for the role Contributor');
    expect(arm.asked).toHaveLength(1);
  });

  test('is answered by every page of a list, also where the last page has an empty link', async () => {
    const { client } = await clientOf((url) => ({
      'GET /list': { body: { value: [1, 2], nextLink: `${url}/second?page=2` } },
      'GET /second': { body: { value: [3], nextLink: '' } },
    }));
    expect(await client.list('/list', VERSION)).toEqual([1, 2, 3]);
  });

  test('does not follow a link to another server: the token would go there', async () => {
    const { client } = await clientOf(() => ({
      'GET /list': { body: { value: [], nextLink: 'http://127.0.0.1:9/' } },
    }));
    await expect(client.list('/list', VERSION)).rejects.toThrow("Azure's answer leads elsewhere");
  });

  test('that nobody can answer says so in words', async () => {
    const client = createArmClient({ endpoint: 'http://127.0.0.1:9', retries: { maxRetries: 0 } });
    await expect(client.get('/x', VERSION)).rejects.toThrow(/^Azure cannot be reached: /);
  });
});

describe('another endpoint', () => {
  test('is on this machine, and is sent no credential', async () => {
    expect(() => createArmClient({ endpoint: 'https://azure.example.org' })).toThrow(Problem);
    const arm = await startArm(() => ({ 'GET /x': { body: {} } }));
    const credential = { getToken: async () => ({ token: 'secret', expiresOnTimestamp: Date.now() + 3_600_000 }) };
    await createArmClient({ endpoint: arm.url, credential }).get('/x', VERSION);
    expect(arm.headers[0]?.authorization).toBeUndefined();
  });
});

describe('what is removed', () => {
  test('is gone when Azure says so, not when it has only heard of it', async () => {
    const { arm, client } = await clientOf((url) => ({
      [`DELETE ${GROUP}`]: { status: 202, headers: { location: `${url}/operation`, 'retry-after': '0' } },
      'GET /operation': [
        { status: 202, headers: { location: `${url}/operation`, 'retry-after': '0' } },
        { status: 200 },
      ],
    }));
    const waiting = wait();
    await client.remove(GROUP, VERSION, waiting);
    expect(arm.asked.map((line) => line.split('?')[0])).toEqual([
      `DELETE ${GROUP}`,
      'GET /operation',
      'GET /operation',
    ]);
    expect(waiting.said).toEqual(['Azure is deleting it', 'Azure is deleting it']);
  });

  test('is asked for again while something else is at work on it', async () => {
    const conflict = failure(409, 'AnotherOperationInProgress', 'busy');
    const { arm, client } = await clientOf(() => ({ [`DELETE ${GROUP}`]: [conflict, conflict, { status: 200 }] }));
    await client.remove(GROUP, VERSION, wait());
    expect(arm.asked).toHaveLength(3);
  });

  test('that is not there is no error', async () => {
    const { client } = await clientOf(() => ({}));
    await client.remove(GROUP, VERSION, wait());
  });

  test('that is locked is told at once: no waiting opens a lock', async () => {
    const { arm, client } = await clientOf(() => ({ [`DELETE ${GROUP}`]: failure(409, 'ScopeLocked', 'locked') }));
    await expect(client.remove(GROUP, VERSION, wait())).rejects.toThrow('Someone has put a lock on it');
    expect(arm.asked).toHaveLength(1);
  });

  test('is not waited for without end', async () => {
    const { client } = await clientOf((url) => ({
      [`DELETE ${GROUP}`]: { status: 202, headers: { location: `${url}/operation`, 'retry-after': '60' } },
    }));
    await expect(client.remove(GROUP, VERSION, wait(50))).rejects.toThrow(
      `${GROUP} is not gone after 0 minutes: Azure is deleting it.`,
    );
  });
});
