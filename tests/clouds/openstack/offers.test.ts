/** What a cloud offers is what its services say; an object store counts where hosts can boot from it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type OpenstackClient, OpenstackError } from '../../../infra/clouds/openstack/api.ts';
import { askOffers } from '../../../infra/clouds/openstack/offers.ts';

const LISTS: Record<string, unknown[]> = {
  flavors: [
    { id: 'f1', name: 'm1.small', ram: 2048, vcpus: 1, disk: 20, swap: '', 'OS-FLV-EXT-DATA:ephemeral': 0 },
    { id: 'f2', name: 'scratch', ram: 4096, vcpus: 2, disk: 0, swap: 1024, 'OS-FLV-EXT-DATA:ephemeral': 10 },
  ],
  images: [
    { id: 'i1', name: 'debian-13', os_distro: 'Debian', os_version: '13', min_disk: 3, min_ram: 512 },
    { id: 'i2', name: null, container_format: 'bare' },
    { id: 'i3', name: 'debian-13-kernel', container_format: 'aki' },
    { id: 'i4', name: 'debian-13-initrd', container_format: 'ari' },
  ],
  networks: [{ id: 'n1', name: 'public', status: 'ACTIVE' }],
};

/** @param head what the store says to this login */
function clientWith(store: string | undefined, head: () => Promise<void> = async () => undefined): OpenstackClient {
  return {
    who: { userId: 'ann', projectId: 'p', projectName: 'course' },
    endpointOf: (service) => (service === 'object store' ? store : `http://${service}.example.org`),
    send: async <T>() => (await head()) as T,
    list: async <T>(_service: string, _path: string, key: string) => LISTS[key] as T[],
  };
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** The address of an account of a store that says this of itself. */
async function storeSaying(status: number, info: unknown): Promise<string> {
  const server = createServer(({ url }, response) => {
    response.statusCode = url === '/swift/info' ? status : 404;
    response.end(typeof info === 'string' ? info : JSON.stringify(info));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/swift/v1/AUTH_p`;
}

const SIGNS = { tempurl: { methods: ['GET', 'HEAD'], allowed_digests: ['sha1', 'sha256', 'sha512'] } };
const storeOf = async (status: number, info: unknown, head?: () => Promise<void>) =>
  (await askOffers(clientWith(await storeSaying(status, info), head))).objectStore;

test('flavors, images and networks are what the cloud lists; kernels are no images', async () => {
  const { flavors, images, externalNetworks, userId } = await askOffers(clientWith(undefined));
  expect(userId).toBe('ann');
  expect(flavors).toEqual([
    { name: 'm1.small', memoryMib: 2048, vcpus: 1, diskGib: 20, extraGib: 0 },
    { name: 'scratch', memoryMib: 4096, vcpus: 2, diskGib: 0, extraGib: 11 },
  ]);
  expect(images.map(({ id, name }) => [id, name])).toEqual([
    ['i1', 'debian-13'],
    ['i2', 'i2'],
  ]);
  expect(images[0]).toMatchObject({ distribution: 'debian', version: '13', minDiskGib: 3, minMemoryMib: 512 });
  expect(externalNetworks).toEqual([{ id: 'n1', name: 'public' }]);
});

describe('an object store', () => {
  test('signs by the best digest that it takes', async () => {
    expect(await storeOf(200, SIGNS)).toMatchObject({ digest: 'sha256' });
    expect(await storeOf(200, { tempurl: { methods: ['GET'] } })).toMatchObject({ digest: 'sha1' });
  });

  test.each([
    ['signs no addresses', 200, { swift: {} }],
    ['signs with what is not known here', 200, { tempurl: { methods: ['GET'], allowed_digests: ['sha512'] } }],
    ['signs no reading', 200, { tempurl: { methods: ['PUT'] } }],
    ['says nothing of itself', 404, ''],
    ['is a page of something else', 200, '<html>'],
  ])('counts as none where it %s', async (_what, status, info) => {
    expect(await storeOf(status, info)).toBeUndefined();
  });

  test('counts as none where it is in the catalogue alone, or not for this login', async () => {
    expect((await askOffers(clientWith('http://127.0.0.1:9/v1/AUTH_p'))).objectStore).toBeUndefined();
    const refuse = async (): Promise<void> => {
      throw new OpenstackError(403, 'HEAD object store', 'Forbidden');
    };
    expect(await storeOf(200, SIGNS, refuse)).toBeUndefined();
  });

  test('that fails for a while is an error: hosts boot in another way without one', async () => {
    await expect(storeOf(503, 'busy')).rejects.toThrow(/answers 503: try again later/);
    const fail = async (): Promise<void> => {
      throw new OpenstackError(500, 'HEAD object store', 'oh');
    };
    await expect(storeOf(200, SIGNS, fail)).rejects.toThrow(/answers 500/);
  });
});
