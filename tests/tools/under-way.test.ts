/** Where nothing happens for a while, the launcher says what it waits for. */
import { expect, test } from 'vitest';
import { formatStage } from '../../infra/ready.ts';
import { createUnderWay } from '../../tools/launcher/under-way.ts';

test('before anything is known, that it is at work', () => {
  expect(createUnderWay().describe()).toBe('still at it');
});

test('resources that were begun and are not done, whether they went well or not', () => {
  const underWay = createUnderWay();
  underWay.begin('urn:data', 'data (volume)');
  underWay.begin('urn:web', 'web (instance)');
  underWay.begin('urn:ci-1', 'ci-1 (instance)');
  underWay.end('urn:data');
  expect(underWay.describe()).toBe('still waiting for web (instance), ci-1 (instance)');
});

test('hosts with the last stage that they told, until they are healthy', () => {
  const underWay = createUnderWay();
  underWay.hear(formatStage('web', 'cloud-init init', 2.14));
  underWay.hear(formatStage('web', 'web.service answers 503: kafka: no broker (yet)', 12.14));
  underWay.hear(formatStage('kafka-1', 'cloud-init modules-final', 3));
  underWay.hear(formatStage('storage', 'cloud-init done', 3));
  underWay.hear(formatStage('storage', 'healthy', 4));
  underWay.hear('from the program: something (of its own)');
  expect(underWay.describe()).toBe(
    'still waiting for web (web.service answers 503: kafka: no broker (yet)), kafka-1 (cloud-init modules-final)',
  );
});

test('of many, the first and how many more', () => {
  const underWay = createUnderWay();
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) underWay.begin(name, `${name} (port)`);
  expect(underWay.describe()).toBe('still waiting for a (port), b (port), c (port), d (port) and 2 more');
});
