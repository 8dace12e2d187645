/** add_numbers outside of the web app: from its container, and as a function. */
import { describe, expect, inject, test } from 'vitest';
import { onHost, outputOf, run, waitFor } from '../helpers/launcher.ts';
import { SCAN_WITH_NODE } from '../helpers/port-scan.ts';

const { stack, outputs } = inject('e2e');
const { containerUrl = '', functionUrl = '' } = outputs;
const name = `lab-${stack}-numbers`;

const inspect = async <T>(format: string): Promise<T> =>
  JSON.parse(await outputOf('docker', ['container', 'inspect', '--format', `{{json ${format}}}`, name])) as T;

const fetchJson = async (url: string, init?: RequestInit): Promise<unknown> => {
  const response = await fetch(url, init);
  return [response.status, await response.json()];
};

const body = (value: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

describe.each([
  ['the container', `${containerUrl}/add_numbers`],
  ['the function', functionUrl],
])('%s', (_, url) => {
  test('adds numbers from the query and from a body, and says what it takes', async () => {
    expect(await fetchJson(`${url}?num1=1&num2=2`)).toEqual([200, [{ Result: 3 }]]);
    expect(await fetchJson(url, body({ num1: 1, num2: 2.5 }))).toEqual([200, [{ Result: 3.5 }]]);
    expect(await fetchJson(url)).toEqual([200, { args: [expect.anything(), expect.anything()] }]);
  });

  test('says what is missing, as the REST API does', async () => {
    const text = 'A value for `num2` is required. Use GET to check arguments.\n';
    expect(await fetchJson(`${url}?num1=1`)).toEqual([400, { status: 'error', text }]);
    expect(await fetchJson(`${outputs.apiUrl}/add_numbers?num1=1`)).toEqual([400, { status: 'error', text }]);
  });
});

describe('the container', () => {
  test('is built from its Dockerfile, and healthy', async () => {
    const image = await inspect<string>('.Config.Image');
    const history = await outputOf('docker', ['image', 'history', '--no-trunc', '--format', '{{.CreatedBy}}', image]);
    expect(history).toContain('COPY numbers.mjs');
    expect(history).toContain('USER 10001:10001');
    expect(await fetchJson(`${containerUrl}/healthz`)).toEqual([200, { status: 'ok' }]);
  });

  test('runs as a user without a right, who can write nowhere', async () => {
    const status = await outputOf('docker', ['exec', name, 'cat', '/proc/1/status']);
    expect(status).toMatch(/^Uid:\t10001\t10001\t10001\t10001$/m);
    expect(status).toMatch(/^CapBnd:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    const written = await run('docker', ['exec', '--user', 'root', name, 'touch', '/app/written']);
    expect(written.stderr).toContain('Read-only file system');
  });

  test('is reached by its one port, from this machine alone', async () => {
    const ports =
      await inspect<Record<string, { HostIp: string; HostPort: string }[] | null>>('.NetworkSettings.Ports');
    const published = Object.entries(ports).filter(([, bindings]) => bindings !== null);
    expect(published).toEqual([['8080/tcp', [{ HostIp: '127.0.0.1', HostPort: new URL(containerUrl).port }]]]);
  });

  test('begins no connection, neither in the lab nor to outside of it', async () => {
    const addresses = Object.values(outputs.hosts).map(({ internal }) => internal);
    const gateway = (addresses[0] ?? '').replace(/\d+$/, '1');
    for (const address of [...addresses, gateway]) {
      const open = await outputOf('docker', [
        'exec',
        name,
        'node',
        '-e',
        SCAN_WITH_NODE,
        address,
        '22',
        '53',
        '80',
        '443',
      ]);
      expect(open.trim(), address).toBe('');
    }
  });

  test('comes back by itself when its process ends', async () => {
    const pid = await inspect<number>('.State.Pid');
    await outputOf('docker', ['exec', '--user', '10001:10001', name, 'sh', '-c', 'kill -TERM 1']);
    await waitFor('another process', async () => ((await inspect<number>('.State.Pid')) === pid ? undefined : true));
    await waitFor('its answer', async () => ((await fetch(`${containerUrl}/healthz`)).ok ? true : undefined));
  });
});

describe('the function host', () => {
  test('names the functions that there are to whoever asks for another', async () => {
    expect(await fetchJson(functionUrl.replace(/\w+$/, 'nothing'))).toEqual([
      404,
      { status: 'error', text: 'There is no function at /api/nothing. Functions here: /api/add_numbers.' },
    ]);
  });

  test('is what a Function App is given, too', async () => {
    const files = await onHost(stack, 'function', 'ls', '/opt/lab/function');
    expect(files.trim().split('\n')).toEqual(['function-host.mjs', 'functions.mjs', 'host.json', 'package.json']);
  });
});
