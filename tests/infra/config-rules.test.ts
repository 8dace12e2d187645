import { describe, expect, test } from 'vitest';
import { isDuring } from '../../infra/config-rules.ts';
import { configWith } from '../helpers/lab.ts';

const AZURE = { 'lab:cloud': 'azure', 'lab:owner': 'ann@example.org', 'lab:adminCidr': '203.0.113.7/32' };

describe('a configuration whose keys contradict each other', () => {
  test.each([
    [{ ...AZURE, 'lab:owner': 'none' }, 'lab:owner is none, but the cloud azure costs money'],
    [{ ...AZURE, 'lab:adminCidr': '0.0.0.0/0' }, 'lab:adminCidr is 0.0.0.0/0: that opens SSH to the whole internet'],
    [{ ...AZURE, 'lab:adminCidr': '128.0.0.0/1' }, 'that opens SSH to the whole internet'],
    [{ ...AZURE, 'lab:webCidr': '0.0.0.0/0' }, 'lab:webCidr is 0.0.0.0/0: the whole internet may then read all runs'],
    [{ ...AZURE, 'lab:adminCidr': '127.0.0.1/32' }, 'say your own address as the internet sees it'],
    [
      { ...AZURE, 'lab:shutdownAt': '10:00', 'lab:classHours': '08:30-12:00' },
      'lab:shutdownAt 10:00 is in the middle of a class',
    ],
    [{ 'lab:managedDatabase': 'true' }, 'lab:managedDatabase is not offered by the cloud local'],
    [{ 'lab:appServiceRepository': 'https://example.org/a.git' }, 'lab:appServiceRepository is not offered'],
    [{ 'lab:shutdownAt': '22:00' }, 'lab:shutdownAt is not offered by the cloud local'],
  ])('%j is refused in words', (settings, message) => {
    expect(() => configWith(settings as Record<string, string>)).toThrow(message);
  });

  test('is taken where it is said twice', () => {
    const settings = { ...AZURE, 'lab:adminCidr': '0.0.0.0/0', 'lab:confirm': '["adminCidr"]' };
    expect(configWith(settings).adminCidr).toBe('0.0.0.0/0');
    const web = { ...AZURE, 'lab:webCidr': '0.0.0.0/0', 'lab:confirm': '["webCidr"]' };
    expect(configWith(web).webCidr).toBe('0.0.0.0/0');
  });
});

describe('the values of keys', () => {
  test.each([
    ['lab:ttl', '36h', { ttl: 36 }],
    ['lab:ttl', '7d', { ttl: 168 }],
    ['lab:classHours', '08:30-18:00', { classHours: { from: '08:30', to: '18:00' } }],
    ['lab:timeZone', 'Europe/Paris', { timeZone: 'Europe/Paris' }],
    ['lab:container', 'false', { container: false }],
    ['lab:webCidr', '198.51.100.0/24', { webCidr: '198.51.100.0/24' }],
    ['lab:webNames', '["lab.example.org"]', { webNames: ['lab.example.org'] }],
  ])('%s = %s is %j', (key, value, expected) => {
    expect(configWith({ [key]: value })).toMatchObject(expected);
  });

  test.each([
    ['lab:ttl', '0d', 'lab:ttl must be none, or hours or days such as 12h or 7d, but it is "0d"'],
    ['lab:ttl', '1w', 'lab:ttl must be none, or hours or days'],
    ['lab:classHours', '18-20', 'lab:classHours must be none or a span such as 08:30-18:00'],
    ['lab:shutdownAt', '25:00', 'lab:shutdownAt must be none or a time such as 22:00'],
    ['lab:timeZone', 'Mars/Olympus', 'lab:timeZone must be the name of a time zone'],
    ['lab:owner', 'ann', 'lab:owner must be none or a mail address'],
    ['lab:budget', '0', 'lab:budget must be a whole number from 1'],
    ['lab:webCidr', 'everyone', 'lab:webCidr must be admin or an IPv4 network'],
    ['lab:webNames', '["a b"]', 'lab:webNames must be a list of none, one or more host names'],
    ['lab:size', '; rm', 'lab:size must be auto or the name of a machine size'],
    ['lab:function', 'yes', 'lab:function must be true or false'],
    ['lab:confirm', '["everything"]', 'lab:confirm must be a list of none, one or more of adminCidr, webCidr, budget'],
    ['lab:appServiceRepository', 'git@example.org:a', 'lab:appServiceRepository must be none or a URL'],
  ])('%s = %s is refused in words', (key, value, message) => {
    expect(() => configWith({ [key]: value })).toThrow(message);
  });
});

test.each([
  ['09:00', true],
  ['08:30', true],
  ['18:00', false],
  ['07:59', false],
])('%s in 08:30-18:00 is %s', (time, expected) => {
  expect(isDuring(time, { from: '08:30', to: '18:00' })).toBe(expected);
});

test.each([
  ['23:00', true],
  ['01:00', true],
  ['12:00', false],
])('%s in a night class, 22:00-02:00, is %s', (time, expected) => {
  expect(isDuring(time, { from: '22:00', to: '02:00' })).toBe(expected);
});
