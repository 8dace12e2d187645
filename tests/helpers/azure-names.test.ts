import { describe, expect, test } from 'vitest';
import tables from '../stand-in/azure-tables.ts';
import { UNKNOWN } from '../stand-in/values.ts';
import { argsOf } from './azure-declarations.ts';
import { checkName, findNameProblems } from './azure-names.ts';

const long = (length: number): string => 'a'.repeat(length);

describe("Azure's names", () => {
  test.each<[string, string[], string[]]>([
    ['resources:ResourceGroup', ['lab-dev', '(a).b', long(90)], ['lab.', 'a b', '', long(91)]],
    ['network:VirtualNetwork', ['lab', 'a_'], ['a', '-lab', 'lab-', long(65)]],
    ['network:PublicIPAddress', ['a', 'lab-dev_web.1'], ['lab-', 'a b', long(81)]],
    ['compute:VirtualMachine', ['lab-dev-web', long(64)], ['lab_web', 'web-', 'web.', long(65)]],
    ['compute:Disk', ['lab-data', 'a_b', long(80)], ['a.b', long(81)]],
    ['managedidentity:UserAssignedIdentity', ['lab-web'], ['ab', '-web', long(129)]],
    ['storage:StorageAccount', ['labdev1', long(24)], ['ab', 'lab-dev', 'Lab', long(25), 'labmicrosoft', 'login1']],
    ['storage:BlobContainer', ['artifacts', 'a-b'], ['ab', 'a--b', '-ab', 'Artifacts', long(64)]],
    ['storage:Blob', ['a/b.tar.gz', long(1024)], ['a/', 'a b', '', long(1025)]],
    ['containerregistry:Registry', ['LabDev1'], ['lab1', 'lab-dev', long(51)]],
    ['containerinstance:ContainerGroup', ['numbers-1'], ['Numbers', 'a--b', 'a-', long(64)]],
    ['web:WebApp', ['lab-dev-app-1a'], ['a', 'app-', 'a.b', long(61)]],
    ['web:AppServicePlan', ['lab-plan'], ['a b', long(41)]],
    ['dbformysql:Server', ['lab-dev-db'], ['ab', 'Lab', 'db-', long(64)]],
    ['consumption:Budget', ['lab-dev_1'], ['lab.dev', long(64)]],
    ['devtestlab:GlobalSchedule', ['shutdown-computevm-lab-dev-web'], ['shutdown-web']],
    ['authorization:RoleAssignment', ['7f951dda-4ed3-4680-a7ca-43fe172d538d'], ['reader']],
    ['privatedns:PrivateZone', ['lab.private.mysql.database.azure.com'], ['lab', 'a..b']],
  ])('of %s', (type, good, bad) => {
    for (const name of good) expect(checkName(`azure-native:${type}`, name), name).toBeUndefined();
    for (const name of bad) expect(checkName(`azure-native:${type}`, name), name).toBeTypeOf('string');
  });

  test('are refused in words', () => {
    expect(checkName('azure-native:storage:StorageAccount', 'lab-dev')).toBe(
      'is "lab-dev", but must be lowercase letters and digits',
    );
    expect(checkName('azure-native:containerregistry:Registry', 'lab')).toBe(
      'is "lab", of 3 characters, but must have 5 to 50',
    );
    expect(checkName('azure-native:storage:StorageAccount', 'labmicrosoft')).toBe(
      'is "labmicrosoft", with the word "microsoft", which Azure keeps for itself',
    );
    expect(() => checkName('azure-native:kusto:Cluster', 'a')).toThrow(
      'nobody wrote down how azure-native:kusto:Cluster may be called',
    );
  });

  test('are looked for among all inputs of a resource', () => {
    const machine = 'azure-native:compute:VirtualMachine';
    expect(
      findNameProblems(machine, {
        vmName: 'lab-web',
        osProfile: { computerName: 'web', adminUsername: 'admin' },
        tags: { 'cloud-lab/stack': 'dev' },
      }),
    ).toEqual([
      `${machine}: osProfile.adminUsername is "admin", which Azure keeps for itself`,
      `${machine}: tags is "cloud-lab/stack", but must be anything but <, >, %, &, \\, ? and /`,
    ]);
    const group = 'azure-native:network:NetworkSecurityGroup';
    expect(findNameProblems(group, { securityRules: [{ name: 'allow-http' }, { name: 'allow http' }] })).toEqual([
      `${group}: networkSecurityGroupName is missing`,
      expect.stringContaining(`${group}: securityRules.name is "allow http", but must be `),
    ]);
    const address = 'azure-native:network:PublicIPAddress';
    expect(
      findNameProblems(address, { publicIpAddressName: 'a', dnsSettings: { domainNameLabel: '1-web' } }),
    ).toHaveLength(1);
    expect(findNameProblems(address, { publicIpAddressName: UNKNOWN })).toEqual([]);
  });

  test.each(Object.keys(tables.types))('are known of %s, by an input that azure-native has', (type) => {
    const [missing = ''] = findNameProblems(type, {});
    const input = /: (\w+) is missing$/.exec(missing)?.[1] ?? 'roleAssignmentName';
    expect([...argsOf(type).keys()]).toContain(input);
  });
});
