import { describe, expect, test } from 'vitest';
import { argsOf, outputNames } from '../helpers/azure-declarations.ts';
import { createAnswers } from './answers.ts';
import tables from './azure-tables.ts';

const answers = createAnswers(tables);

describe('the tables of Azure', () => {
  test.each(Object.entries(tables.types))(
    'know %s by the names that azure-native has',
    (token, { computed, replacedBy }) => {
      expect([...outputNames(token)]).toEqual(expect.arrayContaining(Object.keys(computed ?? {})));
      // Some resources have no region.
      const inputs = (replacedBy ?? []).filter((name) => name !== 'location');
      expect([...argsOf(token).keys()]).toEqual(expect.arrayContaining(inputs));
    },
  );

  test.each(Object.entries(tables.invokes))('answer %s as azure-native declares it', (token, run) => {
    expect([...outputNames(token)]).toEqual(expect.arrayContaining(Object.keys(run({ name: 'a' }))));
  });

  test('give ids under their group, and addresses by name', () => {
    const place = { resourceGroupName: 'lab-dev', location: 'westeurope' };
    const put = (token: string, inputs: Record<string, unknown>) =>
      answers.put(`azure-native:${token}`, 'x', { ...place, ...inputs }, false);
    expect(put('storage:BlobContainer', { accountName: 'lab', containerName: 'files' }).id).toBe(
      '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/lab-dev/providers/Microsoft.Storage/storageAccounts/lab/blobServices/default/containers/files',
    );
    const address = put('network:PublicIPAddress', {
      publicIpAddressName: 'web',
      dnsSettings: { domainNameLabel: 'lab-web' },
    });
    expect(address.outputs).toMatchObject({
      name: 'web',
      ipAddress: expect.stringMatching(/^203\.0\.113\.\d+$/),
      dnsSettings: { domainNameLabel: 'lab-web', fqdn: 'lab-web.westeurope.cloudapp.azure.com' },
    });
  });

  test('refuse a resource without a name, for which the plugin would make one up', () => {
    expect(() => answers.put('azure-native:compute:Disk', 'data', { resourceGroupName: 'lab' }, false)).toThrow(
      'Microsoft.Compute/disks/{diskName} has no diskName: the stand-in gives no names',
    );
  });
});
