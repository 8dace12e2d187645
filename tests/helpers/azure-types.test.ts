import { describe, expect, test } from 'vitest';
import { markSecret, UNKNOWN } from '../stand-in/values.ts';
import { findInputProblems } from './azure-types.ts';

const ACCOUNT = 'azure-native:storage:StorageAccount';
const MACHINE = 'azure-native:compute:VirtualMachine';
const account = {
  resourceGroupName: 'lab',
  accountName: 'lab',
  kind: 'StorageV2',
  sku: { name: 'Standard_LRS' },
  tags: { 'cloud-lab.stack': 'dev' },
};
const machine = {
  resourceGroupName: 'lab',
  hardwareProfile: { vmSize: 'Standard_B2ats_v2' },
  osProfile: { customData: markSecret('swordfish'), linuxConfiguration: { disablePasswordAuthentication: true } },
  networkProfile: { networkInterfaces: [{ id: UNKNOWN, primary: true }] },
  storageProfile: { osDisk: { createOption: 'FromImage' }, dataDisks: [{ lun: 0, createOption: 'Attach' }] },
};

describe('the inputs of a resource of Azure', () => {
  test.each([
    [ACCOUNT, account],
    [MACHINE, machine],
    // A union of objects, and numbers.
    ['azure-native:network:NetworkSecurityGroup', { resourceGroupName: 'lab', securityRules: [] }],
    [
      'azure-native:storage:listStorageAccountServiceSAS',
      {
        accountName: 'a',
        canonicalizedResource: '/blob/a/b',
        resourceGroupName: 'lab',
        permissions: 'rl',
        protocols: 'https',
      },
    ],
    ['azure-native:authorization:getClientConfig', {}],
    ['azure-native:web:WebApp', { resourceGroupName: 'lab', siteConfig: { appSettings: [{ name: 'A', value: 'b' }] } }],
  ])('have no problems where they are as declared: %s', (token, inputs) => {
    expect(findInputProblems(token, inputs)).toEqual([]);
  });

  test.each<[string, string, Record<string, unknown>, RegExp]>([
    ['an unknown name', ACCOUNT, { ...account, acountName: 'x' }, /acountName is not known; known are: .*accountName/],
    ['one deep down', MACHINE, { ...machine, osProfile: { userData: '' } }, /osProfile\.userData is not known/],
    [
      'one in a list',
      MACHINE,
      { ...machine, networkProfile: { networkInterfaces: [{ id: 'x' }, { nic: 'y' }] } },
      /networkProfile\.networkInterfaces\[1\]\.nic is not known/,
    ],
    ['a required one that is missing', ACCOUNT, { ...account, sku: {} }, /sku\.name is missing/],
    [
      'no value of a closed enum',
      ACCOUNT,
      { ...account, kind: 'Storagev2' },
      /kind is "Storagev2", but should be one of: /,
    ],
    [
      'no value of an open one',
      MACHINE,
      { ...machine, storageProfile: { osDisk: { createOption: 'fromImage' } } },
      /osDisk\.createOption is "fromImage", but should be one of: FromImage, /,
    ],
    [
      'text for a number',
      MACHINE,
      { ...machine, platformFaultDomain: '1' },
      /platformFaultDomain is "1", not a number/,
    ],
    ['text for an object', ACCOUNT, { ...account, sku: 'Standard_LRS' }, /sku is "Standard_LRS", not an object/],
    ['text for a list', MACHINE, { ...machine, zones: '1' }, /zones is "1", not a list/],
    ['a number in a map of texts', ACCOUNT, { ...account, tags: { a: 1 } }, /tags\.a is 1, not a string/],
    [
      'text for a file',
      'azure-native:storage:Blob',
      { accountName: 'a', containerName: 'b', resourceGroupName: 'c', source: 'text' },
      /source is "text", not a file/,
    ],
  ])('have problems in words: %s', (_what, token, inputs, words) => {
    const problems = findInputProblems(token, inputs);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(words);
    expect(problems[0]).toContain(token);
  });

  test('cannot be checked for a type that is not there', () => {
    expect(() => findInputProblems('azure-native:storage:StorageAcount', {})).toThrow(
      '@pulumi/azure-native declares no azure-native:storage:StorageAcount',
    );
  });
});
