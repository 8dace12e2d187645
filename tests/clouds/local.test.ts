import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { describeContainer, describeInventory } from '../../infra/clouds/local/addresses.ts';
import { readProcess } from '../../infra/clouds/local/container.ts';
import { createLocalCloud } from '../../infra/clouds/local/index.ts';
import { describeSecretFiles } from '../../infra/secrets.ts';
import { NUMBERS_CONTAINER } from '../../infra/services.ts';
import { labWith, PROJECT_DIR } from '../helpers/lab.ts';
import { type Recorder, recordRegistrations, resolveOutput } from '../helpers/mocks.ts';
import { OPERATOR } from '../helpers/operator.ts';
import { fakeSecrets } from '../helpers/secrets.ts';
import { describeCloud, sourceLabel } from './conformance.ts';

const CONTAINER = 'docker:index/container:Container';
const IMAGE = 'docker:index/remoteImage:RemoteImage';
const TYPES = {
  [CONTAINER]: () => ({}),
  'docker:index/network:Network': () => ({}),
  'docker:index/volume:Volume': () => ({}),
  [IMAGE]: () => ({}),
};

type ContainerInputs = {
  name: string;
  ports: { internal: number; external: number; ip: string; protocol: string }[];
  uploads: { file: string; content?: string; source?: string; sourceHash?: string; permissions?: string }[];
  labels: { label: string; value: string }[];
  volumes: { volumeName: string; containerPath: string }[];
  memory: number;
  memorySwap: number;
};

function containerOf(recorder: Recorder, host: string): ContainerInputs {
  const found = recorder.ofType(CONTAINER).find(({ name }) => name === host);
  if (found === undefined) throw new Error(`no container was registered for ${host}`);
  return found.inputs as ContainerInputs;
}

describeCloud({
  name: 'local',
  settings: { 'lab:cloud': 'local' },
  plaintextFrom: '127.0.0.1/32',
  webCidr: '127.0.0.1/32',
  create: createLocalCloud,
  types: TYPES,
  openPorts: (recorder, lab) =>
    [...lab.hosts, ...(lab.container === undefined ? [] : [{ ...lab.container, ports: [lab.container.port] }])].flatMap(
      ({ name, ports }) =>
        containerOf(recorder, name).ports.map(({ internal, protocol, ip }) => {
          if (ip !== '127.0.0.1') return `${name} ${internal} on every address`;
          // The engine knows no sources: what it publishes on the loopback interface serves both.
          return `${name} ${internal}/${protocol} ${sourceLabel(ports.find(({ port }) => port === internal)?.from, lab)}`;
        }),
    ),
  bootOf: async (recorder, host) => {
    const { uploads } = containerOf(recorder, host);
    const userData = uploads.find(({ file }) => file.endsWith('/user-data'))?.content ?? '';
    const others = uploads.filter(({ file, content }) => content !== undefined && !file.startsWith('/var/lib/cloud/'));
    for (const { file, permissions } of others) expect(permissions, file).toBe('0600');
    return { userData, secretFiles: Object.fromEntries(others.map(({ file, content }) => [file, content ?? ''])) };
  },
});

describe('a host on the local cloud', () => {
  async function boot(stack: string): Promise<Recorder> {
    const recorder = recordRegistrations(TYPES);
    const lab = labWith({}, stack);
    const cloud = createLocalCloud(lab, { projectDir: PROJECT_DIR });
    const artifacts = [{ name: 'web', sha256: 'b'.repeat(64), path: '/cache/b.tar.gz' }];
    const machines = lab.hosts.map((host) =>
      cloud.boot(host, {
        userData: 'x',
        artifacts,
        secretFiles: describeSecretFiles(host, fakeSecrets(lab)),
        version: '1',
        ...OPERATOR,
      }),
    );
    await Promise.all(machines.map(({ id }) => resolveOutput(id)));
    return recorder;
  }

  test('carries the labels by which the engine is asked what is left', async () => {
    const recorder = await boot('alice');
    for (const { inputs, type, name } of recorder.registrations) {
      const labels = Object.fromEntries(
        (inputs.labels as ContainerInputs['labels']).map(({ label, value }) => [label, value]),
      );
      expect(labels, `${type} ${name}`).toMatchObject({ 'cloud-lab.project': 'cloud-lab', 'cloud-lab.stack': 'alice' });
    }
  });

  test('shares no name, port or network with another stack', async () => {
    const claims = async (stack: string): Promise<unknown[]> => {
      const recorder = await boot(stack);
      const containers = recorder.ofType(CONTAINER).map(({ inputs }) => inputs as ContainerInputs);
      return [
        ...recorder.registrations.map(({ inputs }) => inputs.name),
        ...containers.flatMap(({ ports }) => ports.map(({ external }) => external)),
        ...recorder
          .ofType('docker:index/network:Network')
          .flatMap(({ inputs }) => (inputs.ipamConfigs as { subnet: string }[]).map(({ subnet }) => subnet)),
      ];
    };
    const [alice, bob] = [await claims('alice'), await claims('bob')];
    expect(new Set([...alice, ...bob]).size).toBe(alice.length + bob.length);
  });

  test('keeps its data on a volume where its role has any, and sets memory so that a second run changes nothing', async () => {
    const recorder = await boot('test');
    expect(containerOf(recorder, 'database').volumes).toEqual([
      { volumeName: 'lab-test-database-data', containerPath: '/data' },
    ]);
    expect(containerOf(recorder, 'web').volumes).toEqual([]);
    for (const { inputs } of recorder.ofType(CONTAINER)) expect(inputs.memorySwap).toBe(inputs.memory);
  });

  test('has a console, whose last lines say why systemd could not start', async () => {
    const recorder = await boot('test');
    for (const { inputs } of recorder.ofType(CONTAINER)) {
      expect(inputs).toMatchObject({ tty: true, logDriver: 'json-file', logOpts: { 'max-size': '1m' } });
    }
  });

  test('is given an artifact by its file, whose content is not in the state', async () => {
    const { uploads } = containerOf(await boot('test'), 'web');
    expect(uploads.find(({ source }) => source !== undefined)).toEqual({
      file: `/var/lib/lab/artifacts/${'b'.repeat(64)}.tar.gz`,
      source: '/cache/b.tar.gz',
      sourceHash: 'b'.repeat(64),
    });
  });
});

describe('the container of the local cloud', () => {
  const caches: string[] = [];
  afterAll(() => {
    for (const folder of caches) rmSync(folder, { recursive: true, force: true });
  });

  type ImageInputs = {
    name: string;
    build: {
      context: string;
      buildArgs: { BASE: string };
      label: Record<string, string>;
      labels: Record<string, string>;
    };
  };

  async function runContainer(stack: string, sha256 = 'c'.repeat(64)) {
    const cache = mkdtempSync(join(tmpdir(), 'lab-local-'));
    caches.push(cache);
    cpSync(join(PROJECT_DIR, 'apps/numbers/Dockerfile'), join(cache, sha256, 'Dockerfile'));
    const recorder = recordRegistrations(TYPES);
    const lab = labWith({}, stack);
    const artifact = { name: 'numbers', sha256, path: join(cache, `${sha256}.tar.gz`) };
    const address = createLocalCloud(lab, { projectDir: PROJECT_DIR }).runContainer?.(NUMBERS_CONTAINER, artifact);
    expect(await resolveOutput(address)).toBe(describeContainer(lab.config).url);
    const image = recorder.ofType(IMAGE)[0]?.inputs as ImageInputs;
    const container = recorder.ofType(CONTAINER)[0]?.inputs as Record<string, unknown>;
    return { recorder, image, container, folder: join(cache, sha256) };
  }

  test("is built from the artifact's folder, on the image that is there already", async () => {
    const { image, container, folder } = await runContainer('test');
    expect(image.build.context).toBe(folder);
    expect(image.build.buildArgs.BASE).toMatch(/^cloud-lab\/system:[0-9a-f]{16}$/);
    expect(container.image).toBe(image.name);
  });

  test('is another image where the app is another, and where the stack is: each goes with what it is of', async () => {
    const name = async (stack: string, sha256?: string): Promise<string> =>
      (await runContainer(stack, sha256)).image.name;
    const names = [await name('test'), await name('test', 'd'.repeat(64)), await name('other')];
    expect(await name('test')).toBe(names[0]);
    expect(new Set(names).size).toBe(3);
    expect(names[2]).toMatch(/^lab-other-numbers:/);
  });

  test('may do nothing but answer: no right, no file to write, no more than its memory', async () => {
    const { container } = await runContainer('test');
    expect(container).toMatchObject({
      readOnly: true,
      // What start-container has until it has loaded the firewall; the program has none of it.
      capabilities: { drops: ['ALL'], adds: ['CAP_NET_ADMIN', 'CAP_SETGID', 'CAP_SETPCAP', 'CAP_SETUID'] },
      entrypoints: ['/usr/local/sbin/start-container', '10001:10001'],
      command: ['/usr/local/bin/node', '--max-old-space-size=96', '/app/numbers.mjs'],
      ulimits: [{ name: 'nproc', soft: 512, hard: 512 }],
      securityOpts: ['no-new-privileges:true'],
      memory: NUMBERS_CONTAINER.memory,
      memorySwap: NUMBERS_CONTAINER.memory,
      logOpts: { 'max-size': '1m' },
    });
    expect(container).not.toHaveProperty('privileged');
    const dockerfile = readFileSync(join(PROJECT_DIR, 'apps/numbers/Dockerfile'), 'utf8');
    expect(/^USER (.*)$/m.exec(dockerfile)?.[1]).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(dockerfile).toContain(`PORT=${NUMBERS_CONTAINER.port.port}`);
  });

  test('lets in this machine and the hosts of the lab alone, by a firewall of its own', async () => {
    const { container } = await runContainer('test');
    const [firewall = ''] = container.envs as string[];
    const { sources } = describeInventory(labWith({}, 'test'));
    expect(firewall).toContain('type filter hook input priority filter; policy drop;');
    expect(firewall).toContain('type filter hook output priority filter; policy drop;');
    expect(firewall.match(/^.*dport.*$/gm)).toEqual([
      `    ip saddr { ${sources.internet.join(', ')} } tcp dport 8080 accept comment "container: add_numbers from a container"`,
    ]);
    expect(sources.internet).not.toContain('0.0.0.0/0');
  });

  test('is refused in words where its Dockerfile does not say how its program runs', () => {
    expect(readProcess('FROM x\nUSER 1:2\nENTRYPOINT ["/a", "b"]\n')).toEqual({ user: '1:2', command: ['/a', 'b'] });
    expect(() => readProcess('FROM x\nUSER 1:2\nENTRYPOINT /a b\n')).toThrow('needs the lines USER');
    expect(() => readProcess('FROM x\nUSER app\nENTRYPOINT ["/a"]\n')).toThrow('needs the lines USER');
  });

  test('carries the labels by which the engine is asked what is left, and so does its image', async () => {
    const { image, container } = await runContainer('alice');
    const wanted = { 'cloud-lab.project': 'cloud-lab', 'cloud-lab.stack': 'alice' };
    expect(image.build).toMatchObject({ label: wanted, labels: wanted });
    const labels = container.labels as { label: string; value: string }[];
    expect(Object.fromEntries(labels.map(({ label, value }) => [label, value]))).toEqual(wanted);
  });
});
