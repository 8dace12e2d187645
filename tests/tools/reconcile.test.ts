/** What a stack's state has and its cloud has not, and the other way round. */
import { assert, constantFrom, property, uniqueArray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { azureTarget } from '../../infra/clouds/azure/target.ts';
import { localTarget } from '../../infra/clouds/local/target.ts';
import type { TargetResource } from '../../infra/clouds/target.ts';
import type { StackState } from '../../tools/launcher/pulumi-state.ts';
import { compareWithCloud } from '../../tools/launcher/reconcile.ts';

const TYPES = {
  container: 'docker:index/container:Container',
  network: 'docker:index/network:Network',
  volume: 'docker:index/volume:Volume',
  image: 'docker:index/remoteImage:RemoteImage',
} as const;

type Kind = keyof typeof TYPES;

const compare = (state: StackState, resources: readonly TargetResource[]) =>
  compareWithCloud(state, resources, localTarget);

function stateWith(resources: readonly { kind: string; id: string }[]): StackState {
  return {
    pending: 0,
    resources: [
      { type: 'pulumi:pulumi:Stack', urn: 'urn:pulumi:dev::lab::pulumi:pulumi:Stack::lab-dev' },
      { type: 'pulumi:providers:docker', urn: 'urn:provider', id: 'provider-1' },
      { type: 'pulumi-nodejs:dynamic:Resource', urn: 'urn:credentials', id: 'credentials' },
      ...resources.map(({ kind, id }) => ({ type: TYPES[kind as Kind], urn: `urn:${id}`, id })),
    ],
  };
}

const web: TargetResource = { kind: 'container', id: 'c1', name: 'lab-dev-web' };
const network: TargetResource = { kind: 'network', id: 'n1', name: 'lab-dev' };
const image: TargetResource = { kind: 'image', id: 'sha256:1lab-dev-numbers:1', name: 'lab-dev-numbers:1' };
const volume: TargetResource = { kind: 'volume', id: 'lab-dev-kafka-data', name: 'lab-dev-kafka-data' };

describe('compared with its cloud, a state', () => {
  test('that is true differs in nothing', () => {
    expect(compare(stateWith([web, network, volume, image]), [web, network, volume, image])).toEqual({
      gone: [],
      unknown: [],
    });
    expect(compare(stateWith([]), [])).toEqual({ gone: [], unknown: [] });
  });

  test('finds gone what the cloud no longer has, and nothing that is not of the cloud', () => {
    expect(compare(stateWith([web, network, volume]), [network])).toEqual({
      gone: [web.id, volume.id],
      unknown: [],
    });
  });

  test('does not know what an interrupted update made, and leaves the data of a volume to be adopted', () => {
    expect(compare(stateWith([]), [web, network, volume, image])).toEqual({
      gone: [],
      unknown: [web, network, image],
    });
  });

  test('takes a container that was made anew by hand for another', () => {
    const again = { ...web, id: 'c2' };
    expect(compare(stateWith([web]), [again])).toEqual({ gone: ['c1'], unknown: [again] });
  });

  test('names each difference once, whatever both hold, and a volume never as unknown', () => {
    const ids = uniqueArray(constantFrom(...Array.from({ length: 12 }, (_, index) => index)));
    const kinds = ['container', 'network', 'volume'] as const;
    const resource = (index: number): TargetResource => ({
      kind: kinds[index % 3] ?? 'container',
      id: `id-${index}`,
      name: `name-${index}`,
    });
    assert(
      property(ids, ids, (known, there) => {
        const { gone, unknown } = compare(stateWith(known.map(resource)), there.map(resource));
        expect(gone).toEqual(known.filter((index) => !there.includes(index)).map((index) => `id-${index}`));
        expect(unknown).toEqual(
          there
            .map(resource)
            .filter(({ id, kind }) => kind !== 'volume' && !known.some((index) => `id-${index}` === id)),
        );
      }),
    );
  });

  test('is compared on Azure by what Azure lists, in whatever case it writes an id, and nothing of it is in the way', () => {
    const group = '/subscriptions/1/resourceGroups/lab-azure';
    const state: StackState = {
      pending: 0,
      resources: [
        { type: 'azure-native:resources:ResourceGroup', urn: 'urn:group', id: group },
        { type: 'azure-native:compute:VirtualMachine', urn: 'urn:web', id: `${group}/virtualMachines/web` },
        { type: 'azure-native:storage:BlobContainer', urn: 'urn:blobs', id: `${group}/blobs` },
        { type: 'docker:index/image:Image', urn: 'urn:image', id: 'sha256:1' },
      ],
    };
    const listed = [
      { kind: 'resource group', id: group.toLowerCase(), name: 'lab-azure' },
      { kind: 'Microsoft.Compute/disks', id: `${group}/disks/web`.toLowerCase(), name: 'web' },
    ];
    expect(compareWithCloud(state, listed, azureTarget)).toEqual({
      gone: [`${group}/virtualMachines/web`.toLowerCase()],
      unknown: [],
    });
  });
});
