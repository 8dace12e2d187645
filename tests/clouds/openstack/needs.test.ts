/** How much of a project's quotas a lab takes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { chooseOffers } from '../../../infra/clouds/openstack/choices.ts';
import { type Counts, countNeeds } from '../../../infra/clouds/openstack/needs.ts';
import type { Flavor, Image } from '../../../infra/clouds/openstack/offers.ts';
import { labWith, PROJECT_DIR } from '../../helpers/lab.ts';

const flavor = (memoryMib: number, vcpus: number, diskGib = 20): Flavor => ({
  name: `of-${memoryMib}`,
  memoryMib,
  vcpus,
  diskGib,
  extraGib: 0,
});
const IMAGE: Image = {
  id: 'id-of-debian',
  name: 'debian-13',
  distribution: 'debian',
  version: '13',
  minDiskGib: 0,
  minMemoryMib: 0,
};
const USUAL = [flavor(1024, 1), flavor(2048, 1), flavor(4096, 2), flavor(8192, 4)];

/** Of the stack's file in the project, but for some keys. */
function needsOf(changes: Record<string, string> = {}, flavors: readonly Flavor[] = USUAL): Counts {
  const file = join(PROJECT_DIR, 'Pulumi.openstack.yaml');
  const { config } = parse(readFileSync(file, 'utf8')) as { config: Record<string, unknown> };
  const own = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, String(value)]));
  const lab = labWith({ ...own, 'lab:adminCidr': '192.0.2.1/32', ...changes }, 'openstack');
  const externalNetworks = [{ id: 'id-of-public', name: 'public' }];
  return countNeeds(lab, chooseOffers(lab, { userId: 'ann', flavors, images: [IMAGE], externalNetworks }));
}

describe('the docs say what a lab takes', () => {
  const docs = readFileSync(join(PROJECT_DIR, 'docs/openstack.md'), 'utf8');

  test.each([
    ['as in Pulumi.openstack.yaml', {}],
    ['`lab:function: false`', { 'lab:function': 'false' }],
    ['`lab:ciMemory: 2048`', { 'lab:ciMemory': '2048' }],
    ['`lab:ciRunners: 2`', { 'lab:ciRunners': '2' }],
    ['`lab:kafkaBrokers: 3`', { 'lab:kafkaBrokers': '3' }],
    ['`lab:container: true`', { 'lab:container': 'true' }],
    ['`lab:hosts: one`', { 'lab:hosts': 'one' }],
  ])('%s', (row, changes) => {
    const { networks, subnets, routers, memory, ...others } = needsOf(changes);
    const { machines, cores, ...rest } = others;
    expect(docs).toContain(`| ${[row, machines, cores, memory / 1024, ...Object.values(rest)].join(' | ')} |\n`);
    expect([networks, subnets, routers]).toEqual([1, 1, 1]);
  });
});

test('machines of flavors without a disk boot from volumes, too', () => {
  const { volumes, gigabytes } = needsOf({}, [flavor(1024, 1, 0), flavor(4096, 2, 0)]);
  expect(volumes).toBe(4 + 6);
  expect(gigabytes).toBe(40 + 60);
});

test('a broker that is open to some network outside takes one rule more', () => {
  const usual = needsOf();
  expect(needsOf({ 'lab:kafkaPlaintextFrom': '192.0.2.0/24' })).toEqual({ ...usual, rules: usual.rules + 1 });
});
