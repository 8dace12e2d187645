/** What is asked of OpenStack gets an answer, or an end in words, whatever its services say in between. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createOpenstackClient, OpenstackError, OpenstackSilence } from '../../../infra/clouds/openstack/api.ts';
import { readLogin } from '../../../infra/clouds/openstack/login.ts';
import { NoLogin } from '../../../infra/clouds/target.ts';
import { createCredentials } from '../../../infra/credentials/issue.ts';
import { temporaryFolder, write } from '../../tools/fake-project.ts';
import { type StandInOptions, startOpenstack } from '../openstack-answers.ts';
import { failure, PROJECT_ID, USER } from '../openstack-project.ts';

async function clientOf(options: StandInOptions = {}, env: Record<string, string> = {}) {
  const openstack = await startOpenstack(options);
  const login = readLogin({ env: { ...openstack.env, ...env }, projectDir: '/nowhere' });
  return { openstack, client: await createOpenstackClient(login, 0) };
}

const SERVERS = 'GET /compute/v2.1/servers/detail';
const BUSY = failure(503, 'later', { 'retry-after': '0' });
const things = (...ids: string[]) => ids.map((id) => ({ id }));

describe('a login', () => {
  test('tells who it is, and for which project', async () => {
    const { client, openstack } = await clientOf();
    expect(client.who).toEqual({ userId: USER, projectId: PROJECT_ID, projectName: 'physics' });
    expect(openstack.asked).toEqual(['POST /identity/v3/auth/tokens']);
  });

  test('that is refused says what to look at, and is not tried again', async () => {
    const refused = clientOf({}, { OS_PASSWORD: 'wrong' });
    await expect(refused).rejects.toThrow(NoLogin);
    await expect(refused).rejects.toThrow(/refuses the login: The request you have made requires authentication\./);
  });

  test('of an application credential that has ended says so', async () => {
    const answers = {
      'POST /identity/v3/auth/tokens': failure(404, 'Could not find Application Credential: abc.'),
    };
    const env = { OS_APPLICATION_CREDENTIAL_ID: 'abc', OS_APPLICATION_CREDENTIAL_SECRET: 'credential-secret' };
    const refused = clientOf({ answers }, env);
    await expect(refused).rejects.toThrow(NoLogin);
    await expect(refused).rejects.toThrow('an application credential may have ended');
  });

  test('without a project is told how to name one', async () => {
    const answers = {
      'POST /identity/v3/auth/tokens': {
        status: 201,
        headers: { 'x-subject-token': 'abc' },
        body: { token: { user: { id: USER } } },
      },
    };
    await expect(clientOf({ answers })).rejects.toThrow('names no project');
  });

  test('to a machine that nobody is on says where that is', async () => {
    const silent = clientOf({}, { OS_AUTH_URL: 'http://127.0.0.1:2' });
    await expect(silent).rejects.toThrow(OpenstackSilence);
    await expect(silent).rejects.toThrow("OpenStack's login at http://127.0.0.1:2 cannot be reached");
    await expect(silent).rejects.toMatchObject({ nobody: true });
  });

  test('with an authority whose file is not there says which', async () => {
    await expect(clientOf({}, { OS_CACERT: '/nowhere/ca.pem' })).rejects.toThrow('/nowhere/ca.pem, cannot be read');
  });
});

test("a cloud that its own authority vouches for is trusted where that authority's certificate is named", async () => {
  const credentials = await createCredentials({ tlsNames: { cloud: ['127.0.0.1'] }, sshHosts: [] });
  const { tls } = credentials;
  const { openstack } = await clientOf();
  // What lies behind does not matter: the login is what is asked first.
  const front = createServer({ key: tls.cloud?.key, cert: tls.cloud?.certificate }, (_, response) => {
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end('{"error": {"message": "reached"}}');
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void front.close());
  const { port } = front.address() as AddressInfo;
  const env = { ...openstack.env, OS_AUTH_URL: `https://127.0.0.1:${port}` };
  const logIn = (more: Record<string, string> = {}) =>
    createOpenstackClient(readLogin({ env: { ...env, ...more }, projectDir: '/nowhere' }), 0);
  await expect(logIn()).rejects.toThrow(/cannot be reached.*\n.*OS_CACERT/);
  const file = join(temporaryFolder(), 'ca.pem');
  write(file, credentials.caCertificate);
  await expect(logIn({ OS_CACERT: file })).rejects.toThrow('refuses the login: reached');
});

describe('a question', () => {
  test('is asked again when a service is too busy', async () => {
    const { client, openstack } = await clientOf({
      project: { servers: things('a') },
      answers: { [SERVERS]: [BUSY, failure(429, 'slow down')] },
    });
    expect(await client.list('compute', '/servers/detail', 'servers')).toEqual(things('a'));
    expect(openstack.asked.slice(1)).toEqual(Array(3).fill(SERVERS));
  });

  test('ends when the service goes on being too busy, with what to do', async () => {
    const { client, openstack } = await clientOf({ answers: { [SERVERS]: BUSY } });
    await expect(client.list('compute', '/servers/detail', 'servers')).rejects.toThrow(
      /^OpenStack answers 503 to GET compute \/servers\/detail: later\nOpenStack is too busy/,
    );
    expect(openstack.asked.slice(1)).toHaveLength(4);
  });

  test('whose token has ended is asked once more with another', async () => {
    const { client, openstack } = await clientOf({ project: { servers: things('a') } });
    openstack.endTokens();
    expect(await client.list('compute', '/servers/detail', 'servers')).toEqual(things('a'));
    expect(openstack.logins).toHaveLength(2);
  });

  test('whose login has ended, too, ends', async () => {
    const refused = failure(401, 'The request you have made requires authentication.');
    const { client, openstack } = await clientOf({ answers: { [SERVERS]: refused } });
    await expect(client.list('compute', '/servers/detail', 'servers')).rejects.toThrow(
      /OpenStack does not know this login/,
    );
    expect(openstack.logins).toHaveLength(2);
  });

  test('that is refused is not asked again, and tells the way out', async () => {
    const { client, openstack } = await clientOf({
      answers: { [SERVERS]: failure(403, "Policy doesn't allow os_compute_api:servers:detail to be performed.") },
    });
    const asked = client.list('compute', '/servers/detail', 'servers');
    await expect(asked).rejects.toThrow(OpenstackError);
    await expect(asked).rejects.toThrow('it takes the role member');
    expect(openstack.asked).toHaveLength(2);
  });

  test.each([
    ['compute', '/servers/detail', 'servers'],
    ['network', '/ports?device_id=x', 'ports'],
    ['image', '/images?status=active', 'images'],
  ] as const)('of %s is answered by every page of a list', async (service, path, key) => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, device_id: 'x' }));
    const { client, openstack } = await clientOf({ project: { [key]: [...all] } });
    expect(await client.list(service, path, key)).toEqual(all);
    expect(openstack.asked.slice(1)).toHaveLength(3);
  });

  test('to a service that the catalogue does not name says so', async () => {
    const { client } = await clientOf({ without: ['block-storage'] });
    expect(client.endpointOf('volume')).toBeUndefined();
    await expect(client.send('volume', 'GET', '/limits')).rejects.toThrow('has no volume service');
  });

  test('goes to the region that is named', async () => {
    const { client } = await clientOf({}, { OS_REGION_NAME: 'two' });
    await expect(client.send('compute', 'GET', '/limits')).rejects.toThrow('no compute service in the region two');
  });

  test.each([
    ['a page', 'text/html', '<h1>Oh</h1> no'],
    ['a text', 'application/json', '"Oh no"'],
  ])('whose error is %s is told by its words', async (_, type, body) => {
    const { client } = await clientOf({
      answers: { [SERVERS]: { status: 500, headers: { 'content-type': type }, body } },
    });
    await expect(client.list('compute', '/servers/detail', 'servers')).rejects.toThrow('Oh no');
  });
});
