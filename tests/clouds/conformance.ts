/** What every cloud promises: one suite that each of them runs on strict mocks, with a look of its own at what was registered. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Artifact } from '../../infra/artifacts.ts';
import type { Cloud, CloudOptions } from '../../infra/clouds/cloud.ts';
import type { Inventory } from '../../infra/inventory.ts';
import type { Lab } from '../../infra/lab.ts';
import { isOutside, type PortSource } from '../../infra/roles.ts';
import { describeSecretFiles } from '../../infra/secrets.ts';
import type { HostFiles } from '../../infra/variables.ts';
import { labWith, PROJECT_DIR } from '../helpers/lab.ts';
import { type Recorder, recordRegistrations, resolveOutput } from '../helpers/mocks.ts';
import { OPERATOR } from '../helpers/operator.ts';
import { fakeSecrets } from '../helpers/secrets.ts';

/** A way into a host, or the container, from outside the lab: `web 80/tcp internet`. */
export type OpenPort = string;

/** A source of a port by the network that it stands for: the site may be open to administrators alone. */
export const sourceLabel = (from: PortSource | undefined, lab: Lab): string =>
  from === 'web' && lab.config.webCidr === 'admin' ? 'admin' : String(from);

export type CloudUnderTest = {
  name: string;
  /** Settings that choose this cloud. */
  settings: Record<string, string>;
  /** A network that may be allowed to use Kafka without a password. */
  plaintextFrom: string;
  /** A network that may be given the site, beside that of administrators. */
  webCidr: string;
  create: (lab: Lab, options: CloudOptions) => Cloud;
  /** Resource types that it may register, with what the cloud adds to their inputs. */
  types: Parameters<typeof recordRegistrations>[0];
  /** Functions that it may call, with what they answer. */
  calls?: Parameters<typeof recordRegistrations>[1];
  /** What its resources open towards the outside. */
  openPorts: (recorder: Recorder, lab: Lab) => OpenPort[];
  /** The user-data and secret files that a host's machine is given. */
  bootOf: (recorder: Recorder, host: string) => Promise<{ userData: string; secretFiles: Record<string, string> }>;
};

const SHA256 = 'a'.repeat(64);
const cache = mkdtempSync(join(tmpdir(), 'lab-conformance-'));
const ARTIFACT: Artifact = { name: 'web', sha256: SHA256, path: join(cache, `${SHA256}.tar.gz`) };

/** Boots every host of a lab on a cloud, runs its services, and waits until all is registered. */
async function bootLab(
  under: CloudUnderTest,
  settings: Record<string, string>,
): Promise<{
  lab: Lab;
  cloud: Cloud;
  recorder: Recorder;
  inventory: Inventory;
  files: HostFiles;
  /** Of the services. */
  addresses: string[];
}> {
  const recorder = recordRegistrations(under.types, under.calls);
  const lab = labWith({ ...under.settings, ...settings }, 'test');
  const cloud = under.create(lab, { projectDir: PROJECT_DIR });
  const secrets = fakeSecrets(lab);
  const offered: pulumi.Output<HostFiles>[] = [];
  const machines = lab.hosts.map((host) => {
    const offer = { artifacts: [ARTIFACT], secretFiles: describeSecretFiles(host, secrets), version: '1' };
    const files = cloud.offerFiles(host, offer);
    offered.push(files);
    const userData = pulumi.output(files).apply(() => `#cloud-config\n# ${host.name}\n`);
    return cloud.boot(host, { ...offer, userData, ...OPERATOR });
  });
  await Promise.all(machines.map(({ id }) => resolveOutput(id)));
  const addresses = [
    ...(lab.container === undefined || cloud.runContainer === undefined
      ? []
      : [cloud.runContainer(lab.container, ARTIFACT)]),
    ...(lab.function === undefined || cloud.runFunction === undefined
      ? []
      : [cloud.runFunction(lab.function, ARTIFACT)]),
  ];
  return {
    lab,
    cloud,
    recorder,
    addresses: (await Promise.all(addresses.map(resolveOutput))) as string[],
    inventory: (await resolveOutput(cloud.inventory)) as Inventory,
    files: (await resolveOutput(offered[0])) as HostFiles,
  };
}

const ONE_OF_EACH = { 'lab:ciRunners': '1', 'lab:kafkaBrokers': '1' };

/** Every setting that changes which hosts and ports there are. */
const settingsOf = ({ plaintextFrom, webCidr }: CloudUnderTest): fc.Arbitrary<Record<string, string>> =>
  fc
    .record({
      'lab:hosts': fc.constantFrom('many', 'one'),
      'lab:ciRunners': fc.integer({ min: 1, max: 3 }).map(String),
      'lab:kafkaBrokers': fc.constantFrom('1', '3'),
      'lab:kafkaPlaintextFrom': fc.constantFrom('none', plaintextFrom),
      'lab:webCidr': fc.constantFrom('admin', webCidr),
      'lab:container': fc.constantFrom('true', 'false'),
      'lab:function': fc.constantFrom('true', 'false'),
    })
    // One host has one runner and one broker.
    .map((settings) => ({ ...settings, ...(settings['lab:hosts'] === 'one' ? ONE_OF_EACH : {}) }));

export function describeCloud(under: CloudUnderTest): void {
  describe(`the cloud ${under.name}`, () => {
    let booted: Awaited<ReturnType<typeof bootLab>>;
    beforeAll(async () => {
      // As if it was unpacked already.
      mkdirSync(join(cache, SHA256), { recursive: true });
      copyFileSync(join(PROJECT_DIR, 'apps/numbers/Dockerfile'), join(cache, SHA256, 'Dockerfile'));
      booted = await bootLab(under, {});
      // The types of a large SDK are loaded here.
    }, 60_000);
    afterAll(() => rmSync(cache, { recursive: true, force: true }));

    test('knows every host before it boots, at an address of its own', () => {
      const { lab, inventory } = booted;
      expect(Object.keys(inventory.hosts).sort()).toEqual(lab.hosts.map(({ name }) => name).sort());
      const addresses = Object.values(inventory.hosts).map(({ internal }) => internal);
      expect(new Set(addresses).size).toBe(addresses.length);
    });

    test('says where each port from outside is reached, and no other', () => {
      const { lab, inventory } = booted;
      for (const { name, ports } of lab.hosts) {
        const outside = ports.filter(({ from }) => isOutside(from)).map((port) => port.name);
        expect(Object.keys(inventory.hosts[name]?.published ?? {}).sort(), name).toEqual(outside.sort());
      }
    });

    test('opens exactly the declared ports, whatever the configuration', async () => {
      await fc.assert(
        fc.asyncProperty(settingsOf(under), async (settings) => {
          const { lab, recorder } = await bootLab(under, settings);
          const { container } = lab;
          const places = [
            ...lab.hosts,
            ...(container === undefined ? [] : [{ ...container, ports: [container.port] }]),
          ];
          const declared = places.flatMap(({ name, ports }) =>
            ports
              .filter(({ from }) => isOutside(from))
              .map(({ port, protocol, from }) => `${name} ${port}/${protocol} ${sourceLabel(from, lab)}`),
          );
          expect(under.openPorts(recorder, lab).sort()).toEqual(declared.sort());
        }),
        { numRuns: 8 },
      );
    }, 60_000);

    test('gives each host its user-data and its secrets, apart from each other', async () => {
      const { lab, recorder } = booted;
      const secrets = fakeSecrets(lab);
      for (const host of lab.hosts) {
        const { userData, secretFiles } = await under.bootOf(recorder, host.name);
        expect(userData).toBe(`#cloud-config\n# ${host.name}\n`);
        expect(secretFiles).toEqual(describeSecretFiles(host, secrets));
      }
    });

    test('offers artifacts by an address that names their content', async () => {
      const { artifacts } = booted.files;
      const [source] = artifacts;
      expect(source).toMatchObject({ name: 'web', sha256: ARTIFACT.sha256 });
      expect(source?.url).toContain(ARTIFACT.sha256);
    });

    test('runs the container and the function, each at an address to put a path after', () => {
      const { lab, addresses } = booted;
      expect(addresses).toHaveLength([lab.container, lab.function].filter((each) => each !== undefined).length);
      for (const address of addresses) expect(address).toMatch(/^https?:\/\/[a-z0-9.-]+(:\d+)?$/);
    });

    test('has a certificate name for each way to a host', async () => {
      const { lab, cloud, inventory } = booted;
      for (const host of lab.hosts) {
        const names = (await resolveOutput(cloud.namesOf(host))) as string[];
        expect(names).toContain(host.name);
        for (const { host: reached } of Object.values(inventory.hosts[host.name]?.published ?? {}))
          expect(names).toContain(reached);
      }
    });
  });
}
