/** What a lab costs on Azure, from its description alone. */
import { assert, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeBill, estimateCost } from '../../../infra/clouds/azure/bill.ts';
import { findDiskTier, findSize, KNOWN_SIZES, PRICES } from '../../../infra/clouds/azure/prices.ts';
import { chooseSize, memoryOf } from '../../../infra/clouds/azure/sizes.ts';
import { firstHostOf, type Lab } from '../../../infra/lab.ts';
import { Problem } from '../../../infra/problem.ts';
import { labWith } from '../../helpers/lab.ts';

const AZURE = { 'lab:cloud': 'azure', 'lab:owner': 'ann@example.org', 'lab:adminCidr': '192.0.2.1/32' };

const azureLab = (changes: Record<string, string> = {}): Lab => labWith({ ...AZURE, ...changes }, 'azure');
const namesOf = (lab: Lab): string[] => describeBill(lab).map(({ what }) => what);

describe('the price table', () => {
  test('says when and where its prices were taken, and of each from which source', () => {
    expect(PRICES.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    const known = Object.keys(PRICES.sources);
    const { publicIp, blobLrs, registryBasic, containerInstance, appServiceB1, functions, mysqlB1ms } = PRICES;
    const services = [publicIp, blobLrs, registryBasic, containerInstance, appServiceB1, functions, mysqlB1ms];
    for (const entry of [...Object.values(PRICES.sizes), ...PRICES.standardSsd, ...services]) {
      expect(known).toContain(entry.source);
      for (const [key, value] of Object.entries(entry)) {
        if (key.startsWith('per')) expect(value).toBeGreaterThan(0);
      }
    }
  });

  test('has the sizes in the order of their prices, each with whole cores and memory', () => {
    const prices = KNOWN_SIZES.map(({ perHour }) => perHour);
    expect(prices).toEqual([...prices].sort((one, other) => one - other));
    for (const { vcpus, memoryMib } of KNOWN_SIZES) {
      expect(Number.isInteger(vcpus)).toBe(true);
      expect(memoryMib % 1024).toBe(0);
    }
  });

  test('finds a size however it is written, and bills a disk as the next larger tier', () => {
    expect(findSize('standard_b1ms')).toBe(findSize('Standard_B1ms'));
    expect(findSize('Standard_Nothing')).toBeUndefined();
    expect(findDiskTier(30)).toMatchObject({ tier: 'E4', perMonth: 2.4 });
    expect(findDiskTier(33)).toMatchObject({ tier: 'E6' });
  });
});

describe('the size of a machine', () => {
  test('is the cheapest that has the memory of its host', () => {
    const lab = azureLab();
    for (const host of lab.hosts) {
      const chosen = findSize(chooseSize(host, lab.config));
      expect(chosen?.memoryMib).toBeGreaterThanOrEqual(memoryOf(host));
      for (const { auto, perHour, memoryMib } of KNOWN_SIZES) {
        if (auto && memoryMib >= memoryOf(host)) expect(perHour).toBeGreaterThanOrEqual(chosen?.perHour ?? Infinity);
      }
    }
    expect(chooseSize(firstHostOf(lab, 'web'), lab.config)).toBe('Standard_B1ms');
    expect(chooseSize(firstHostOf(lab, 'ci'), lab.config)).toBe('Standard_B2as_v2');
  });

  test('is the one that lab:size names', () => {
    const lab = azureLab({ 'lab:size': 'Standard_D2s_v5' });
    expect(lab.hosts.map((host) => chooseSize(host, lab.config))).toEqual(lab.hosts.map(() => 'Standard_D2s_v5'));
  });

  test('is refused in words where no size is large enough', () => {
    const lab = azureLab({ 'lab:ciMemory': '65536' });
    expect(() => chooseSize(firstHostOf(lab, 'ci'), lab.config)).toThrow(Problem);
    expect(() => chooseSize(firstHostOf(lab, 'ci'), lab.config)).toThrow(/^Host ci-1 needs \d+ MiB of memory/);
  });
});

describe('the bill', () => {
  test('has the machine, the disks and the address of every host', () => {
    expect(namesOf(azureLab({ 'lab:container': 'false', 'lab:function': 'false' }))).toEqual([
      'host web: Standard_B1ms, 1 vCPU, 2 GiB',
      'host web: disk, 30 GiB, E4',
      'host web: public IPv4 address',
      'host database: Standard_B1ms, 1 vCPU, 2 GiB',
      'host database: disk, 30 GiB, E4',
      'host database: data disk, 32 GiB, E4',
      'host database: public IPv4 address',
      'host kafka-1: Standard_B1ms, 1 vCPU, 2 GiB',
      'host kafka-1: disk, 30 GiB, E4',
      'host kafka-1: data disk, 32 GiB, E4',
      'host kafka-1: public IPv4 address',
      'host ci-1: Standard_B2as_v2, 2 vCPU, 8 GiB',
      'host ci-1: disk, 30 GiB, E4',
      'host ci-1: data disk, 32 GiB, E4',
      'host ci-1: public IPv4 address',
      'storage account',
    ]);
  });

  test.each([
    [{ 'lab:container': 'true' }, ['container registry, Basic', 'container instance, 1 vCPU, 1 GiB']],
    [{ 'lab:function': 'true' }, ['function']],
    [{ 'lab:appServiceRepository': 'https://git.example.org/ann/app.git' }, ['App Service plan, B1']],
    [{ 'lab:managedDatabase': 'true' }, ['MySQL, B1ms', 'MySQL, 20 GiB']],
  ])('has what %j adds', (changes, added) => {
    const bare = { 'lab:container': 'false', 'lab:function': 'false' };
    const before = namesOf(azureLab(bare));
    expect(namesOf(azureLab({ ...bare, ...changes })).filter((what) => !before.includes(what))).toEqual(added);
  });

  test('knows a price of everything, but not of a size that the table has not', () => {
    expect(estimateCost(azureLab()).unpriced).toEqual([]);
    const { unpriced, perHour } = estimateCost(azureLab({ 'lab:size': 'Standard_Nothing' }));
    expect(unpriced).toHaveLength(4);
    expect(unpriced[0]).toBe('host web: Standard_Nothing');
    expect(perHour).toBeGreaterThan(0);
  });

  test('stops at the machines when they are shut down: disks, addresses and services go on', () => {
    const lab = azureLab();
    const stopped = describeBill(lab).filter(({ stops }) => stops);
    expect(stopped).toHaveLength(lab.hosts.length);
    expect(estimateCost(lab).shutDownPerHour).toBeGreaterThan(0);
  });

  test('grows with every runner', () => {
    const cost = (runners: number): number => estimateCost(azureLab({ 'lab:ciRunners': String(runners) })).perHour;
    assert(property(integer({ min: 1, max: 7 }), (runners) => cost(runners + 1) > cost(runners)));
  });

  test('of a week with the defaults stays within the default budget', () => {
    const lab = azureLab({ 'lab:ttl': '7d' });
    expect(estimateCost(lab).firstMonth).toBeLessThan(lab.config.budget);
  });
});
