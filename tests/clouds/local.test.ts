import { describe, expect, test } from 'vitest';
import { createLocalCloud } from '../../infra/clouds/local/index.ts';
import { describeSecretFiles } from '../../infra/secrets.ts';
import { labWith, PROJECT_DIR } from '../helpers/lab.ts';
import { type Recorder, recordRegistrations, resolveOutput } from '../helpers/mocks.ts';
import { fakeSecrets } from '../helpers/secrets.ts';
import { describeCloud } from './conformance.ts';

const CONTAINER = 'docker:index/container:Container';
const TYPES = {
  [CONTAINER]: () => ({}),
  'docker:index/network:Network': () => ({}),
  'docker:index/volume:Volume': () => ({}),
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
  create: createLocalCloud,
  types: TYPES,
  openPorts: (recorder, lab) =>
    lab.hosts.flatMap(({ name, ports }) =>
      containerOf(recorder, name).ports.map(({ internal, protocol, ip }) => {
        if (ip !== '127.0.0.1') return `${name} ${internal} on every address`;
        // The engine knows no sources: what it publishes on the loopback interface serves both.
        return `${name} ${internal}/${protocol} ${ports.find(({ port }) => port === internal)?.from}`;
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
        sshPublicKey: 'ssh-ed25519 AAAA me',
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

  test('is given an artifact by its file, whose content is not in the state', async () => {
    const { uploads } = containerOf(await boot('test'), 'web');
    expect(uploads.find(({ source }) => source !== undefined)).toEqual({
      file: `/var/lib/lab/artifacts/${'b'.repeat(64)}.tar.gz`,
      source: '/cache/b.tar.gz',
      sourceHash: 'b'.repeat(64),
    });
  });
});
