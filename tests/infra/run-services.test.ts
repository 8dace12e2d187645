/** What a lab has beside its hosts: asked for where it is wanted, and given out when it answers. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as pulumi from '@pulumi/pulumi';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { awaitAnswer } from '../../infra/await-answer.ts';
import type { Cloud } from '../../infra/clouds/cloud.ts';
import type { LabCredentials } from '../../infra/credentials/resource.ts';
import { runServices } from '../../infra/run-services.ts';
import { labWith } from '../helpers/lab.ts';
import { recordRegistrations, resolveOutput } from '../helpers/mocks.ts';

/** A service that answers each request by the next of these statuses, and with the last from then on. */
async function serve(...statuses: number[]): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(statuses[Math.min(asked.length, statuses.length) - 1] ?? 500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const artifacts = new Map(
  ['numbers', 'function'].map((name) => [name, { name, sha256: 'a'.repeat(64), path: `/cache/${name}.tar.gz` }]),
);
const credentials = {
  secrets: pulumi.output({ databasePassword: 'secret-database' }),
} as unknown as LabCredentials;
const cloudAt = (url: string): Cloud =>
  ({ runContainer: () => pulumi.output(url), runFunction: () => pulumi.output(url) }) as unknown as Cloud;
const AZURE = { 'lab:cloud': 'azure', 'lab:owner': 'ann@example.org', 'lab:adminCidr': '203.0.113.7/32' };

describe('the services of a lab', () => {
  beforeEach(() => void recordRegistrations({}));

  test('are given out when they answer: the container on its health path, the function on its example', async () => {
    const { url, asked } = await serve(503, 200);
    const { containerUrl, functionUrl } = runServices({
      lab: labWith(AZURE),
      cloud: cloudAt(url),
      credentials,
      artifacts,
    });
    expect(await resolveOutput(containerUrl)).toBe(url);
    expect(await resolveOutput(functionUrl)).toBe(`${url}/api/add_numbers`);
    expect(new Set(asked)).toEqual(new Set(['/healthz', '/api/add_numbers?num1=1&num2=2']));
    expect(asked.length).toBeGreaterThan(2);
  });

  test('are absent where they are off, and where a host does it', () => {
    const cloud = cloudAt('http://nobody.example');
    const off = labWith({ ...AZURE, 'lab:container': 'false', 'lab:function': 'false' });
    expect(runServices({ lab: off, cloud, credentials, artifacts })).toEqual({});
    const onHost = labWith({ 'lab:container': 'false' });
    expect(runServices({ lab: onHost, cloud, credentials, artifacts })).toEqual({});
    const bothOnHosts = labWith({ ...AZURE, 'lab:cloud': 'openstack' });
    expect(runServices({ lab: bothOnHosts, cloud, credentials, artifacts })).toEqual({});
  });
});

describe('what only some clouds offer', () => {
  const off = labWith({ ...AZURE, 'lab:container': 'false', 'lab:function': 'false' });

  test('is a database, made with the password that the web app has', async () => {
    let given: pulumi.Input<string> = '';
    const cloud = {
      createDatabase: (password: pulumi.Input<string>) => {
        given = password;
      },
    } as unknown as Cloud;
    expect(runServices({ lab: off, cloud, credentials, artifacts })).toEqual({});
    expect(await resolveOutput(given)).toBe('secret-database');
  });

  test('is a web app, with its address and what has it built anew', async () => {
    const cloud = {
      createAppService: () => ({ url: pulumi.output('https://app'), deployUrl: pulumi.secret('https://deploy') }),
    } as unknown as Cloud;
    const { appServiceUrl, appServiceDeployUrl } = runServices({ lab: off, cloud, credentials, artifacts });
    expect(await resolveOutput(appServiceUrl)).toBe('https://app');
    expect(await pulumi.isSecret(appServiceDeployUrl ?? pulumi.output(''))).toBe(true);
  });
});

describe('what was asked for', () => {
  test('is told with what its cloud knows of it, where it never answers', async () => {
    const { url } = await serve(502);
    const explain = async () => 'Its container was restarted 3 times.';
    await expect(awaitAnswer({ what: 'It', url, timeout: 0.3, explain })).rejects.toThrow(
      `It does not work after 0.3 s: ${url} answers 502. It stays to be looked at.\nIts container was restarted 3 times.`,
    );
  });

  test('is waited for no longer than its time, and says what came instead', async () => {
    const { url } = await serve(404);
    await expect(awaitAnswer({ what: 'The container numbers', url: `${url}/healthz`, timeout: 0.5 })).rejects.toThrow(
      `The container numbers does not work after 0.5 s: ${url}/healthz answers 404. It stays to be looked at.`,
    );
  });

  test('is told of in the words of the network, where nobody listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const refused = awaitAnswer({ what: 'It', url: `http://127.0.0.1:${port}/`, timeout: 0.3 });
    await expect(refused).rejects.toThrow(/gives no answer \(.*ECONNREFUSED.*\)/);
  });
});
