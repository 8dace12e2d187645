/** What a lab takes of a cloud's offers, or what it says where there is nothing for it. */
import { describe, expect, test } from 'vitest';
import { chooseOffers } from '../../../infra/clouds/openstack/choices.ts';
import type { Flavor, Image, Offers } from '../../../infra/clouds/openstack/offers.ts';
import { systemVolumeOf } from '../../../infra/clouds/openstack/sizes.ts';
import { labWith } from '../../helpers/lab.ts';
import { OFFERS } from '../openstack-offers.ts';

const choose = (settings: Record<string, string> = {}, offers: Offers = OFFERS) =>
  chooseOffers(
    labWith({ 'lab:cloud': 'openstack', 'lab:container': 'false', 'lab:adminCidr': '203.0.113.7/32', ...settings }),
    offers,
  );
const imageNamed = (name: string, more: Partial<Image> = {}): Image => ({
  id: `id-${name}`,
  name,
  distribution: undefined,
  version: undefined,
  minDiskGib: 0,
  minMemoryMib: 0,
  ...more,
});
const withImages = (...images: Image[]): Offers => ({ ...OFFERS, images });
const withFlavors = (...flavors: Partial<Flavor>[]): Offers => ({
  ...OFFERS,
  flavors: flavors.map((flavor, index) => ({
    name: `f${index}`,
    memoryMib: 16_384,
    vcpus: 4,
    diskGib: 20,
    extraGib: 0,
    ...flavor,
  })),
});
const imageOf = (settings: Record<string, string>, ...images: Image[]): string =>
  choose(settings, withImages(...images)).image.id;

describe('the image', () => {
  test.each(['Debian 13', 'debian-13-genericcloud', 'Debian Trixie (Cloud)', 'our-course-image'])(
    'may be called %s, where it says nothing else of itself',
    (name) => expect(imageOf({ 'lab:image': name }, imageNamed(name))).toBe(`id-${name}`),
  );

  test('is known by its id as well, which settles what two of a name do not', () => {
    const two = [imageNamed('debian-13', { id: 'a1' }), imageNamed('debian-13', { id: 'b2' })];
    expect(imageOf({ 'lab:image': 'b2' }, ...two)).toBe('b2');
    expect(() => imageOf({}, ...two)).toThrow(/2 images of the name debian-13.*a1, b2/);
  });

  test.each([
    ['ubuntu-24.04', {}, /an image of ubuntu/],
    ['debian-12', {}, /an image of Debian 12/],
    ['Debian_11_bullseye', {}, /an image of Debian 11/],
    ['course', { distribution: 'rocky', version: '9' }, /an image of rocky/],
    ['course', { distribution: 'debian', version: '12.5' }, /an image of Debian 12.5/],
  ])('%s is refused: %o', (name, more, words) => {
    expect(() => imageOf({ 'lab:image': name }, imageNamed(name, more))).toThrow(words);
  });

  test('that says what it is, is believed more than its name', () => {
    const image = imageNamed('not-ubuntu-12', { distribution: 'debian', version: 'Trixie' });
    expect(imageOf({ 'lab:image': image.name }, image)).toBe(image.id);
  });

  test('that is not there is answered with those that are of Debian 13, or else with all', () => {
    const there = [imageNamed('Debian 13 Trixie'), imageNamed('debian-12'), imageNamed('ubuntu-24.04')];
    expect(() => imageOf({}, ...there)).toThrow(/no image debian-13\..*There are: Debian 13 Trixie\.$/);
    expect(() => imageOf({}, ...there.slice(1))).toThrow(/it has: debian-12, ubuntu-24\.04\.$/);
  });
});

describe('the external network', () => {
  const networks = [
    { id: 'n1', name: 'public' },
    { id: 'n2', name: 'campus' },
  ];
  test('is the only one, or the one that is named', () => {
    expect(choose().externalNetwork.name).toBe('public');
    const named = (name: string) => choose({ 'lab:externalNetwork': name }, { ...OFFERS, externalNetworks: networks });
    expect(named('campus').externalNetwork.id).toBe('n2');
    expect(named('n2').externalNetwork.name).toBe('campus');
    expect(() => named('else')).toThrow(/no external network else; there are: public, campus/);
    expect(() => choose({}, { ...OFFERS, externalNetworks: [] })).toThrow(/no external network/);
  });
});

describe("a host's flavor", () => {
  test('is the smallest with memory and disk for it, and no second disk', () => {
    const { flavors } = choose(
      {},
      withFlavors({}, { memoryMib: 8192, extraGib: 10 }, { memoryMib: 8192, diskGib: 4 }, { memoryMib: 8192 }),
    );
    expect(flavors.get('ci-1')?.name).toBe('f3');
  });

  test('may be named, and is refused where it is too small for a host', () => {
    expect(choose({ 'lab:size': 'm1.large' }).flavors.get('web')?.name).toBe('m1.large');
    expect(() => choose({ 'lab:size': 'm1.small' })).toThrow(/m1\.small has 2048 MiB .* for host ci-1/);
    expect(() => choose({ 'lab:size': 'm9' })).toThrow(/m9, which is no flavor of this project/);
  });

  test('without a disk has its machine boot from a volume that holds the image', () => {
    const [flavor] = withFlavors({ diskGib: 0 }).flavors;
    const [disk] = withFlavors({ diskGib: 20 }).flavors;
    if (flavor === undefined || disk === undefined) throw new Error('no flavor');
    expect(systemVolumeOf(flavor, imageNamed('x', { minDiskGib: 3 }))).toBe(10);
    expect(systemVolumeOf(flavor, imageNamed('x', { minDiskGib: 30 }))).toBe(30);
    expect(systemVolumeOf(disk, imageNamed('x'))).toBeUndefined();
  });
});

test('everything that cannot be had is told at once', () => {
  expect(() => choose({ 'lab:image': 'none-such', 'lab:externalNetwork': 'none-such' })).toThrow(
    /no image none-such[\s\S]*no external network none-such/,
  );
});
