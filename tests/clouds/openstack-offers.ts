/** What an OpenStack cloud of the tests offers, in place of asking one. */
import type { Offers } from '../../infra/clouds/openstack/offers.ts';

export const OFFERS: Offers = {
  userId: 'u1',
  flavors: [
    { name: 'm1.small', memoryMib: 2048, vcpus: 1, diskGib: 20, extraGib: 0 },
    { name: 'm1.medium', memoryMib: 4096, vcpus: 2, diskGib: 20, extraGib: 0 },
    { name: 'm1.large', memoryMib: 8192, vcpus: 4, diskGib: 20, extraGib: 0 },
    { name: 'm1.huge', memoryMib: 65_536, vcpus: 16, diskGib: 40, extraGib: 0 },
  ],
  images: [
    { id: 'i13', name: 'debian-13', distribution: 'debian', version: '13', minDiskGib: 3, minMemoryMib: 0 },
    { id: 'i12', name: 'debian-12', distribution: undefined, version: undefined, minDiskGib: 3, minMemoryMib: 0 },
    { id: 'iu', name: 'Ubuntu 24.04', distribution: undefined, version: undefined, minDiskGib: 3, minMemoryMib: 0 },
  ],
  externalNetworks: [{ id: 'n1', name: 'public' }],
  objectStore: { url: 'https://store.example.org/v1/AUTH_p', digest: 'sha256' },
};

const { objectStore: _, ...others } = OFFERS;
/** The same without an object store. */
export const WITHOUT_STORE: Offers = others;

/** As infra/clouds/openstack/offers.ts has it; LAB_TEST_STORE=none: without an object store. */
export function findOffers(): Promise<Offers> {
  return Promise.resolve(process.env.LAB_TEST_STORE === 'none' ? WITHOUT_STORE : OFFERS);
}
