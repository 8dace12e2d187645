/** What stands in the way of a lab on OpenStack, told all at once before anything is made. */
import { describe, expect, test } from 'vitest';
import { createOpenstackTarget } from '../../../infra/clouds/openstack/target.ts';
import { labWith } from '../../helpers/lab.ts';
import { type StandInOptions, startOpenstack } from '../openstack-answers.ts';
import { failure, labThings, PROJECT_ID, type Project } from '../openstack-project.ts';

const OPENSTACK = {
  'lab:cloud': 'openstack',
  'lab:adminCidr': '192.0.2.1/32',
  'lab:container': 'false',
  'lab:ciMemory': '1024',
};

const flavor = (name: string, vcpus: number, ram: number, disk = 20) => ({
  id: `id-of-${name}`,
  name,
  vcpus,
  ram,
  disk,
  swap: '' as const,
});
const image = (name: string) => ({ id: `id-of-${name}`, name, status: 'active' });
const PUBLIC = { id: 'id-of-public', name: 'public', 'router:external': true };
const quota = (limit: number, used = 0, reserved = 0) => ({ limit, used, reserved });

/** A project in which the default lab fits, by no more than it needs. */
function tight(changes: Partial<Project['limits']> = {}): Partial<Project> {
  return {
    flavors: [flavor('tiny', 1, 512), flavor('small', 1, 2048), flavor('medium', 2, 4096)],
    images: [image('ubuntu-24.04'), image('debian-12'), image('debian-13')],
    networks: [PUBLIC, { id: 'shared', name: 'shared', 'router:external': false }],
    limits: {
      compute: {
        maxTotalInstances: 7,
        totalInstancesUsed: 1,
        maxTotalCores: 7,
        totalCoresUsed: 0,
        maxTotalRAMSize: 12_800,
        totalRAMUsed: 0,
      },
      volume: { maxTotalVolumes: 4, totalVolumesUsed: 0, maxTotalVolumeGigabytes: 1000, totalGigabytesUsed: 960 },
      network: {
        floatingip: quota(5, 0, 1),
        network: quota(1),
        subnet: quota(1),
        router: quota(1),
        port: quota(8),
        security_group: quota(7, 1),
        security_group_rule: quota(-1, 4),
      },
      ...changes,
    },
  };
}

const obstaclesOf = async (options: StandInOptions, changes: Record<string, string> = {}): Promise<string[]> => {
  const openstack = await startOpenstack(options);
  const target = createOpenstackTarget({ env: openstack.env, projectDir: '/nowhere', pauseMs: 0 });
  return target.findObstacles(labWith({ ...OPENSTACK, ...changes }, 'uni'));
};

test('nothing is in the way of a lab that a project just holds', async () => {
  expect(await obstaclesOf({ project: tight() })).toEqual([]);
});

describe('what the cloud has not is told with what it has', () => {
  test('image, network and flavor', async () => {
    const wanted = { 'lab:image': 'debian-99', 'lab:externalNetwork': 'nowhere' };
    expect(await obstaclesOf({ project: tight() }, wanted)).toEqual([
      expect.stringMatching(/has no image debian-99\..* There are: debian-13\.$/),
      expect.stringContaining('no external network nowhere; there are: public.'),
    ]);
    expect(await obstaclesOf({ project: tight() }, { 'lab:size': 'huge' })).toEqual([
      expect.stringMatching(
        /^lab:size is huge, which is no flavor of this project\. There are: tiny .*, small .*, medium /,
      ),
    ]);
  });

  test('an image of another release', async () => {
    expect(await obstaclesOf({ project: tight() }, { 'lab:image': 'debian-12' })).toEqual([
      expect.stringContaining('but the hosts of the lab are Debian 13'),
    ]);
  });

  test('a service without which there is no lab', async () => {
    expect(await obstaclesOf({ project: tight(), without: ['block-storage', 'image'] })).toEqual([
      expect.stringMatching(/^The catalogue of this OpenStack has no image, no volume service/),
    ]);
  });
});

describe('a quota that does not hold the lab', () => {
  const { limits } = tight();
  const { compute = {}, volume = {}, network = {} } = limits ?? {};

  test.each([
    ['machines', { compute: { ...compute, totalInstancesUsed: 2 } }, 'machines (needs 6 more, has 5 left of 7)'],
    ['cores', { compute: { ...compute, totalCoresUsed: 4 } }, 'cores (needs 7 more, has 3 left of 7)'],
    [
      'memory',
      { compute: { ...compute, maxTotalRAMSize: 8192 } },
      'MiB of memory (needs 12800 more, has 8192 left of 8192)',
    ],
    ['volumes', { volume: { ...volume, maxTotalVolumes: 3 } }, 'volumes (needs 4 more, has 3 left of 3)'],
    [
      'gigabytes',
      { volume: { ...volume, totalGigabytesUsed: 980 } },
      'GiB of volumes (needs 40 more, has 20 left of 1000)',
    ],
    [
      'floating IPs',
      { network: { ...network, floatingip: quota(4, 1, 1) } },
      'floating IPs (needs 4 more, has 2 left of 4)',
    ],
    ['networks', { network: { ...network, network: quota(1, 1) } }, 'networks (needs 1 more, has 0 left of 1)'],
    ['subnets', { network: { ...network, subnet: quota(1, 1) } }, 'subnets (needs 1 more'],
    ['routers', { network: { ...network, router: quota(1, 2) } }, 'routers (needs 1 more, has 0 left of 1)'],
    ['ports', { network: { ...network, port: quota(7) } }, 'network ports (needs 8 more, has 7'],
    ['security groups', { network: { ...network, security_group: quota(5) } }, 'security groups (needs 6 more'],
    [
      'rules',
      { network: { ...network, security_group_rule: quota(20, 4) } },
      'rules of security groups (needs 33 more, has 16',
    ],
  ])('says of %s what is missing of what', async (_, changes, words) => {
    const [obstacle, ...others] = await obstaclesOf({ project: tight(changes) });
    expect(others).toEqual([]);
    expect(obstacle).toMatch(/^The quota of project physics does not hold the lab: /);
    expect(obstacle).toContain(words);
  });

  test('of several things is told at once, with smaller labs that this one may be', async () => {
    const changes = { compute: { ...compute, maxTotalInstances: 8, maxTotalCores: 8 } };
    const [obstacle] = await obstaclesOf(
      { project: tight(changes) },
      { 'lab:kafkaBrokers': '3', 'lab:ciRunners': '2' },
    );
    expect(obstacle).toContain('machines (needs 9 more, has 7 left of 8), cores (needs 11 more, has 8');
    expect(obstacle).toContain('Put all of the lab on one machine, -c lab:hosts=one');
    expect(obstacle).toContain('-c lab:kafkaBrokers=1, -c lab:ciRunners=1, -c lab:function=false');
  });

  test('names no smaller lab where that would not help', async () => {
    const [obstacle] = await obstaclesOf({ project: tight({ network: { ...network, router: quota(1, 1) } }) });
    expect(obstacle).toMatch(/of 1\)\. Give back another lab .*openstack router list/);
    expect(obstacle).not.toContain('lab:hosts');
  });

  test('counts what the stack has already, and what another has against it', async () => {
    const flavors = [...(tight().flavors ?? []), { ...flavor('other', 1, 2048), id: 'flavor-2-4' }];
    const full = {
      ...tight({
        compute: { ...compute, totalInstancesUsed: 3, totalCoresUsed: 2, totalRAMUsed: 4096 },
        network: { ...network, network: quota(1, 1), router: quota(1, 1), subnet: quota(1, 1) },
      }),
      flavors,
    };
    const own = labThings('uni');
    expect(await obstaclesOf({ project: { ...full, ...own, networks: [PUBLIC, ...own.networks] } })).toEqual([]);
    const other = labThings('other');
    expect(await obstaclesOf({ project: { ...full, ...other, networks: [PUBLIC, ...other.networks] } })).toEqual([
      expect.stringMatching(/machines \(needs 6 more, has 4 left .* networks \(needs 1 more/),
    ]);
  });

  test('of the network may be for administrators alone to see: nothing is said of it', async () => {
    const answers = { [`GET /network/v2.0/quotas/${PROJECT_ID}/details.json`]: failure(403, 'no right') };
    expect(await obstaclesOf({ project: tight({ network: { router: quota(0) } }), answers })).toEqual([]);
  });
});

describe('the addresses of the external network', () => {
  const pool = (total_ips: number, used_ips: number) => [{ network_id: 'id-of-public', total_ips, used_ips }];

  test('have to hold those of the hosts, and the one of the router', async () => {
    expect(await obstaclesOf({ project: { ...tight(), availabilities: pool(50, 45) } })).toEqual([]);
    expect(await obstaclesOf({ project: { ...tight(), availabilities: pool(50, 46) } })).toEqual([
      expect.stringMatching(/^The external network public has 4 free addresses, and the lab needs 5 more\./),
    ]);
  });

  test('are not guessed where only administrators see them', async () => {
    const answers = { 'GET /network/v2.0/network-ip-availabilities': failure(403, 'no right') };
    expect(await obstaclesOf({ project: { ...tight(), availabilities: pool(1, 1) }, answers })).toEqual([]);
  });
});

test('brokers that would be lost are in the way, also those of which only the volume is left', async () => {
  const { volumes } = labThings('uni');
  const [volume] = volumes;
  const three = [1, 2, 3].map((number) => ({
    ...volume,
    id: `kafka-${number}`,
    metadata: { ...volume?.metadata, 'cloud-lab.host': `kafka-${number}` },
  }));
  const project = { ...tight({ compute: {}, volume: {} }), volumes: three };
  expect(await obstaclesOf({ project })).toEqual([expect.stringContaining('lab:kafkaBrokers cannot go back to 1')]);
});
