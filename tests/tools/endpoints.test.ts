/** The table that ends `./lab up` shows what there is, and nothing that is not. */
import { expect, test } from 'vitest';
import type { LabOutputs } from '../../infra/outputs.ts';
import { formatEndpoints } from '../../tools/launcher/endpoints.ts';

const outputs: Partial<LabOutputs> & { kafkaPassword: string; gitPushUrl: string } = {
  webUrl: 'http://localhost:24000',
  apiUrl: 'http://localhost:24000/api/v1',
  kafkaBootstrap: 'localhost:24020',
  kafkaPassword: 'secret-password',
  gitPushUrl: 'http://lab:secret-push@localhost:24000/git',
};

test('each address has a row in columns, with what it is for; no secret is among them', () => {
  const text = formatEndpoints(outputs, 'dev');
  expect(text.split('\n').slice(0, 3)).toEqual([
    '  webUrl          http://localhost:24000         web page',
    '  apiUrl          http://localhost:24000/api/v1  REST API; its description: /api/docs',
    '  kafkaBootstrap  localhost:24020                Kafka, TLS and SCRAM: ./lab stream produce | consume',
  ]);
  expect(text).not.toContain('secret');
});

test('an output that is absent has no row', () => {
  const text = formatEndpoints(outputs, 'dev');
  expect(text).not.toMatch(/blobUrl|gitUrl|undefined/);
  const { kafkaBootstrap: _absent, ...rest } = outputs;
  expect(formatEndpoints(rest, 'dev')).not.toContain('afka');
});

test('the commands that follow name the stack where it is not the usual one', () => {
  expect(formatEndpoints(outputs, 'dev')).toMatch(/\.\/lab status {3}Give it back: \.\/lab down$/);
  expect(formatEndpoints(outputs, 'mine')).toMatch(/\.\/lab status mine {3}Give it back: \.\/lab down mine$/);
});
