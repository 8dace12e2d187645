/** What an OpenStack cloud offers to a project, as its own services say: no two clouds have the same flavors, images and networks. */
import { Problem } from '../../problem.ts';
import { createOpenstackClient, type OpenstackClient, OpenstackError } from './api.ts';
import { type LoginSources, readLogin } from './login.ts';

export type Flavor = {
  name: string;
  memoryMib: number;
  vcpus: number;
  /** 0: its machines boot from a volume. */
  diskGib: number;
  /** GiB of disks that come beside, for swap or as scratch. */
  extraGib: number;
};

export type Image = {
  id: string;
  name: string;
  /** As whoever uploaded it says, if at all: `debian`, `13`. */
  distribution: string | undefined;
  version: string | undefined;
  minDiskGib: number;
  minMemoryMib: number;
};

/** An object store that gives objects to whoever has a signed address. */
export type ObjectStore = {
  /** Of the project's account. */
  url: string;
  digest: 'sha256' | 'sha1';
};

export type Offers = {
  userId: string;
  flavors: readonly Flavor[];
  images: readonly Image[];
  /** Networks that lead outside. */
  externalNetworks: readonly { id: string; name: string }[];
  /** Absent where there is none that this login may use. */
  objectStore?: ObjectStore;
};

/** https://docs.openstack.org/api-ref/compute/#list-flavors-with-details */
type NovaFlavor = {
  name: string;
  ram: number;
  vcpus: number;
  disk: number;
  swap: number | '';
  'OS-FLV-EXT-DATA:ephemeral'?: number;
};
/** https://docs.openstack.org/api-ref/image/v2/#list-images */
type GlanceImage = {
  id: string;
  name: string | null;
  os_distro?: string;
  os_version?: string;
  min_disk?: number;
  min_ram?: number;
  container_format?: string | null;
};
/** Swift's: https://docs.openstack.org/swift/latest/api/discoverability.html */
type ObjectStoreInfo = { tempurl?: { methods?: string[]; allowed_digests?: string[] } };

/** Kernels and RAM disks, which some images are started with, are in the list of images, too. */
const PARTS = ['aki', 'ari'];
const ANSWER_LIMIT_MS = 20_000;

/** Logs in, and asks. @throws NoLogin, Problem */
export async function findOffers(sources: LoginSources): Promise<Offers> {
  return askOffers(await createOpenstackClient(readLogin(sources)));
}

/** @throws Problem */
export async function askOffers(client: OpenstackClient): Promise<Offers> {
  const [flavors, images, externalNetworks, objectStore] = await Promise.all([
    client.list<NovaFlavor>('compute', '/flavors/detail', 'flavors'),
    client.list<GlanceImage>('image', '/images?status=active&limit=200', 'images'),
    client.list<{ id: string; name: string }>('network', '/networks?router:external=true', 'networks'),
    findObjectStore(client),
  ]);
  return {
    userId: client.who.userId,
    flavors: flavors.map((flavor) => ({
      name: flavor.name,
      memoryMib: flavor.ram,
      vcpus: flavor.vcpus,
      diskGib: flavor.disk,
      extraGib: (flavor['OS-FLV-EXT-DATA:ephemeral'] ?? 0) + (flavor.swap === '' ? 0 : flavor.swap / 1024),
    })),
    images: images
      .filter(({ container_format }) => !PARTS.includes(container_format ?? ''))
      .map(({ id, name, os_distro, os_version, min_disk, min_ram }) => ({
        id,
        name: name ?? id,
        distribution: os_distro?.toLowerCase(),
        version: os_version,
        minDiskGib: min_disk ?? 0,
        minMemoryMib: min_ram ?? 0,
      })),
    externalNetworks: externalNetworks.map(({ id, name }) => ({ id, name })),
    ...(objectStore === undefined ? {} : { objectStore }),
  };
}

/**
 * A catalogue may name a store that is not there, or not for this project, and a store need not sign addresses: only one that does
 * all of it counts. One that fails for a while is an error, as hosts boot in another way without.
 */
async function findObjectStore(client: OpenstackClient): Promise<ObjectStore | undefined> {
  const url = client.endpointOf('object store');
  if (url === undefined) return undefined;
  const info = await askInfo(url);
  if (info?.tempurl?.methods?.includes('GET') !== true) return undefined;
  try {
    await client.send('object store', 'HEAD', '');
  } catch (error) {
    if (error instanceof OpenstackError && error.status >= 400 && error.status < 500) return undefined;
    throw error;
  }
  // What does not name its digests knows the oldest one.
  const digests = info.tempurl.allowed_digests ?? ['sha1'];
  const digest = (['sha256', 'sha1'] as const).find((known) => digests.includes(known));
  return digest === undefined ? undefined : { url, digest };
}

/** Anybody may ask for it, beside the version of the API. @returns undefined where nobody is there, or knows of it */
async function askInfo(url: string): Promise<ObjectStoreInfo | undefined> {
  const address = url.replace(/\/v1(\/.*)?$/, '/info');
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    if (response.status >= 500)
      throw new Problem(`The object store at ${address} answers ${response.status}: try again later.`);
    return response.ok ? ((await response.json()) as ObjectStoreInfo) : undefined;
  } catch (error) {
    if (error instanceof Problem) throw error;
    if ((error as Error).name === 'TimeoutError')
      throw new Problem(
        `The object store at ${address} has not answered for ${ANSWER_LIMIT_MS / 1000} s: try again later.`,
      );
    return undefined;
  }
}
