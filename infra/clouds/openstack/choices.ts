/** What a lab takes of what its cloud offers: the image of its hosts, and the network that leads outside. */
import type { LabConfig } from '../../config.ts';
import type { Lab } from '../../lab.ts';
import { Problem } from '../../problem.ts';
import type { Flavor, Image, Offers } from './offers.ts';
import { chooseFlavor } from './sizes.ts';

/** The files of cloud-init/ are for this one: its packages have these names and no other, such as openjdk-21 and caddy. */
const DISTRIBUTION = 'debian';
const RELEASE = '13';
const RELEASE_NAME = 'trixie';
/** Words in the names of images of something else. */
const OTHERS = /ubuntu|alma|rocky|centos|fedora|suse|arch|windows|cirros|freebsd|alpine|coreos|rhel|scientific/i;
const OTHER_RELEASES = /\b(1[0-24-9]|buster|bullseye|bookworm|forky|sid)\b/i;

export type Choices = {
  image: Image;
  externalNetwork: { id: string; name: string };
  /** Host name -> its flavor. */
  flavors: ReadonlyMap<string, Flavor>;
};

/**
 * Chooses all of it.
 * @throws Problem with everything that cannot be had, each with what there is in its place
 */
export function chooseOffers({ hosts, config }: Lab, offers: Offers): Choices {
  const problems: string[] = [];
  const attempt = <T>(choose: () => T): T | undefined => {
    try {
      return choose();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const image = attempt(() => chooseImage(config, offers));
  const externalNetwork = attempt(() => chooseExternalNetwork(config, offers));
  const flavors = new Map<string, Flavor>();
  for (const host of image === undefined ? [] : hosts) {
    const flavor = attempt(() => chooseFlavor(host, config, offers.flavors, image as Image));
    if (flavor !== undefined) flavors.set(host.name, flavor);
  }
  if (image === undefined || externalNetwork === undefined || problems.length > 0) {
    throw new Problem([...new Set(problems)].join('\n'));
  }
  return { image, externalNetwork, flavors };
}

function chooseImage({ image: wanted }: Pick<LabConfig, 'image'>, { images }: Offers): Image {
  const named = images.filter(({ id, name }) => name === wanted || id === wanted);
  const [image, another] = named;
  if (image === undefined) {
    const suitable = images.filter((each) => describeOther(each) === undefined && /debian/i.test(each.name));
    const names = (suitable.length === 0 ? images : suitable).map(({ name }) => name).sort();
    const those = suitable.length === 0 ? 'None of its names says Debian 13; it has' : 'There are';
    throw new Problem(
      `The cloud has no image ${wanted}. Name one of Debian 13 for cloud machines with -c lab:image="<name>". ${those}: ${names.slice(0, 20).join(', ')}.`,
    );
  }
  if (another !== undefined) {
    throw new Problem(
      `The cloud has ${named.length} images of the name ${wanted}: name one by its id, -c lab:image=<id>, of ${named.map(({ id }) => id).join(', ')}.`,
    );
  }
  const other = describeOther(image);
  if (other === undefined) return image;
  throw new Problem(
    `lab:image ${wanted} is ${other}, but the hosts of the lab are Debian 13: their packages and units are that one's. https://cloud.debian.org/images/cloud/trixie/ has its images (debian-13-genericcloud-amd64.qcow2); openstack image create uploads one.`,
  );
}

/** What an image is where it says that it is not Debian 13; by its properties, and by its name where it has none. */
function describeOther({ name, distribution, version }: Image): string | undefined {
  if (distribution !== undefined && distribution !== DISTRIBUTION) return `an image of ${distribution}`;
  if (version !== undefined && version.split('.')[0] !== RELEASE && version.toLowerCase() !== RELEASE_NAME)
    return `an image of Debian ${version}`;
  if (distribution !== undefined && version !== undefined) return undefined;
  const system = OTHERS.exec(name);
  if (system !== null) return `an image of ${system[0]}`;
  const release = OTHER_RELEASES.exec(name.replaceAll('_', ' '));
  return release === null ? undefined : `an image of Debian ${release[0]}`;
}

function chooseExternalNetwork(
  { externalNetwork: wanted }: Pick<LabConfig, 'externalNetwork'>,
  { externalNetworks }: Offers,
): { id: string; name: string } {
  const names = externalNetworks.map(({ name }) => name).join(', ');
  const [first, ...others] = externalNetworks;
  if (first === undefined) {
    throw new Problem(
      'The cloud shows this project no external network: without one, nobody reaches a host, and no host reaches its packages. Ask whoever runs the cloud.',
    );
  }
  if (wanted === 'auto') {
    if (others.length === 0) return first;
    throw new Problem(
      `The cloud has several external networks: name one with -c lab:externalNetwork=<name>, of ${names}.`,
    );
  }
  const named = externalNetworks.find(({ id, name }) => name === wanted || id === wanted);
  if (named === undefined) throw new Problem(`The cloud has no external network ${wanted}; there are: ${names}.`);
  return named;
}
