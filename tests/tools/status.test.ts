import { expect, test } from 'vitest';
import { formatStatus } from '../../tools/launcher/verbs/status.ts';

const hosts = [{ host: 'kafka-1', state: 'healthy' as const, units: { 'kafka.service': 'ok' } }];

test("shows Kafka's brokers, topics and groups below the units, in columns", () => {
  const text = formatStatus({
    hosts,
    kafka: {
      brokers: [{ id: 1, host: 'kafka-1', leads: 5 }],
      brokerCount: 3,
      topics: [
        { topic: 'chat', partitions: 6, messages: 1200, behind: 0 },
        { topic: 'test_topic', partitions: 1, messages: 3, behind: 1 },
      ],
      groups: [{ group: 'test', state: 'Empty', members: 0, lag: 42 }],
    },
  });
  expect(text.split('\n')).toEqual([
    '  ✓ kafka-1    kafka.service                ok',
    '',
    '  Kafka: 1 of 3 brokers (kafka-1 leads 5)',
    '',
    '  TOPIC       PARTITIONS  MESSAGES  COPIES',
    '  chat                 6      1200  in sync',
    '  test_topic           1         3  1 behind',
    '',
    '  GROUP  MEMBERS  LAG  STATE',
    '  test         0   42  Empty',
  ]);
});

test('says nothing of Kafka where no broker answers: its units say why', () => {
  expect(formatStatus({ hosts })).toBe('  ✓ kafka-1    kafka.service                ok');
});
