import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CONFIG_KEYS, ConfigError } from '../../infra/config.ts';
import { configWith, PROJECT_DIR } from '../helpers/lab.ts';

describe('the configuration of a stack', () => {
  test('needs nothing: every key has a default in Pulumi.yaml, a type and a description', () => {
    const { config } = parse(readFileSync(join(PROJECT_DIR, 'Pulumi.yaml'), 'utf8')) as {
      config: Record<string, Record<string, unknown>>;
    };
    expect(Object.keys(config).sort()).toEqual(CONFIG_KEYS.map((key) => `lab:${key}`).sort());
    for (const entry of Object.values(config))
      expect(entry).toMatchObject({
        type: expect.any(String),
        description: expect.any(String),
        default: expect.anything(),
      });
    expect(configWith()).toEqual({
      stack: 'dev',
      cloud: 'local',
      hosts: 'many',
      ciRunners: 1,
      ciJobsPerRunner: 0,
      ciRepositories: ['myapp', 'mynodeapp'],
      ciRegistries: ['pypi.org', 'files.pythonhosted.org', 'registry.npmjs.org'],
      ciTestSeconds: 300,
      ciInstallSeconds: 300,
      ciMemory: 2048,
      ciDisk: 1024,
      ciProcesses: 1024,
      ciCores: 1,
      ciLog: 10,
      ciRetentionDays: 30,
      ciStorage: 1024,
      clientsPerAddress: 50,
      kafkaBrokers: 1,
      kafkaPlaintextFrom: undefined,
      kafkaRetentionHours: 168,
      adminCidr: '127.0.0.1/32',
      portBase: 0,
      webCidr: 'admin',
      webNames: [],
      subnet: 'auto',
      readyTimeout: 180,
      container: true,
      function: true,
      size: 'auto',
      location: 'westeurope',
      image: 'debian-13',
      externalNetwork: 'auto',
      dnsServers: [],
      owner: undefined,
      budget: 50,
      ttl: undefined,
      shutdownAt: undefined,
      classHours: undefined,
      timeZone: 'UTC',
      managedDatabase: false,
      appServiceRepository: undefined,
      appServiceBranch: 'main',
      confirm: [],
    });
  });

  test.each([
    ['lab:cloud', 'mars', 'lab:cloud must be one of: local, azure, openstack, but it is "mars"'],
    ['lab:ciRunners', '0', 'lab:ciRunners must be a whole number from 1 to 8, but it is "0"'],
    ['lab:ciRunners', '2.5', 'lab:ciRunners must be a whole number from 1 to 8, but it is "2.5"'],
    ['lab:ciRepositories', '[]', 'lab:ciRepositories must be a list of at least one repository'],
    ['lab:ciRepositories', '["../x"]', 'lab:ciRepositories must be a list of at least one repository'],
    ['lab:ciRepositories', 'myapp', 'lab:ciRepositories must be a JSON list, but it is "myapp"'],
    ['lab:adminCidr', '10.0.0.1/8', 'lab:adminCidr must be an IPv4 network such as 203.0.113.0/24'],
    ['lab:kafkaBrokers', '2', 'lab:kafkaBrokers must be 1 or 3, but it is "2"'],
    ['lab:kafkaPlaintextFrom', 'all', 'lab:kafkaPlaintextFrom must be an IPv4 network such as'],
    ['lab:kafkaRetentionHours', '0', 'lab:kafkaRetentionHours must be a whole number from 1'],
    ['lab:portBase', '80', 'lab:portBase must be 0 or a whole number from 1024 to 65000'],
    ['lab:subnet', '10.1.0.0/16', 'lab:subnet must be auto or an IPv4 network of 24 bits'],
    ['lab:ciRepositories', '["https://ann:x@example.org/a.git"]', 'a URL without a password'],
    ['lab:ciRepositories', '["file:///etc"]', 'lab:ciRepositories must be a list of at least one repository'],
    [
      'lab:ciRepositories',
      '["https://example.org/a,b"]',
      'lab:ciRepositories must be a list of at least one repository',
    ],
    ['lab:ciRegistries', '["https://pypi.org"]', 'lab:ciRegistries must be a list of at least one host name'],
    ['lab:ciMemory', '0', 'lab:ciMemory must be a whole number from 256'],
    ['lab:readyTimeout', '', 'lab:readyTimeout must be a whole number from 10 to 3600'],
  ])('refuses %s = %j in words', (key, value, message) => {
    expect(() => configWith({ [key]: value })).toThrow(message);
  });

  test('names the known keys when one is unknown, and every other problem at once', () => {
    const refuse = (): unknown => configWith({ 'lab:ciRuners': '2', 'lab:ciRunners': '9' });
    expect(refuse).toThrow(ConfigError);
    expect(refuse).toThrow(/lab:ciRuners is not a key of the lab. Known keys: lab:cloud, lab:hosts, lab:ciRunners/);
    expect(refuse).toThrow(/lab:ciRunners must be a whole number from 1 to 8/);
  });

  test("leaves other namespaces alone, such as a provider's own", () => {
    expect(configWith({ 'docker:host': 'tcp://example' }).cloud).toBe('local');
  });
});
