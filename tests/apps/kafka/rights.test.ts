import { LAB_TOPICS } from '@cloud-lab/common/topics';
import kafkajs, { type AclEntry } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { listRights } from '../../../apps/kafka/src/rights.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

const rights = listRights();

const applies = (right: AclEntry, account: string, type: number, name: string, operation: number): boolean => {
  const { resourceName } = right;
  const prefixed = right.resourcePatternType === ResourcePatternTypes.PREFIXED;
  const named = resourceName === '*' || (prefixed ? name.startsWith(resourceName) : name === resourceName);
  return right.principal === `User:${account}` && right.resourceType === type && named && right.operation === operation;
};

/** As Kafka decides: a refusal goes before every permission, and what nobody permits is refused. */
function may(
  account: string,
  operation: 'READ' | 'WRITE',
  kind: 'TOPIC' | 'GROUP' | 'TRANSACTIONAL_ID',
  name: string,
): boolean {
  const found = rights.filter((right) =>
    applies(right, account, AclResourceTypes[kind], name, AclOperationTypes[operation]),
  );
  const has = (permission: number): boolean => found.some(({ permissionType }) => permissionType === permission);
  return has(AclPermissionTypes.ALLOW) && !has(AclPermissionTypes.DENY);
}

const topicsOf = (account: string, operation: 'READ' | 'WRITE'): string[] =>
  LAB_TOPICS.map(({ topic }) => topic).filter((topic) => may(account, operation, 'TOPIC', topic));

describe.each(['student', 'ANONYMOUS'])('the account %s', (account) => {
  test('uses the topics that are there for all, and no other', () => {
    const open = ['test_topic', 'playground', 'chat'];
    expect([topicsOf(account, 'READ'), topicsOf(account, 'WRITE')]).toEqual([open, open]);
  });

  test.each([
    ['test', true],
    ['anything at all', true],
    ['playground', true],
    ['ci-runners', false],
    ['web-results', false],
    ['chat-web-1', false],
    ['stream-view-1', false],
  ])('in the group %j: %j', (group, allowed) => expect(may(account, 'READ', 'GROUP', group)).toBe(allowed));

  test('writes in transactions, over the topics that it may write to', () =>
    expect(may(account, 'WRITE', 'TRANSACTIONAL_ID', 'orders-1')).toBe(true));
});

describe("the accounts of the lab's services", () => {
  test('the web app queues jobs, reads every topic, and does not pretend to be a runner', () => {
    expect(topicsOf('web', 'READ')).toEqual(LAB_TOPICS.map(({ topic }) => topic));
    expect(topicsOf('web', 'WRITE')).not.toContain('ci.results');
    expect(may('web', 'READ', 'GROUP', 'ci-runners')).toBe(false);
    expect(may('web', 'READ', 'GROUP', 'web-results')).toBe(true);
  });

  test('a runner takes jobs and tells of them, and sees nothing else', () => {
    expect([topicsOf('ci-runner', 'READ'), topicsOf('ci-runner', 'WRITE')]).toEqual([['ci.jobs'], ['ci.results']]);
    expect(may('ci-runner', 'READ', 'GROUP', 'ci-runners')).toBe(true);
    expect(may('ci-runner', 'READ', 'GROUP', 'test')).toBe(false);
  });

  test('nobody may make or delete topics, or change rights', () => {
    const { CREATE, ALTER, ALTER_CONFIGS, ALL, DELETE } = AclOperationTypes;
    const onTopics = rights.filter(({ resourceType }) => resourceType !== AclResourceTypes.GROUP);
    expect(onTopics.filter(({ operation }) => [CREATE, ALTER, ALTER_CONFIGS, ALL, DELETE].includes(operation))).toEqual(
      [],
    );
  });
});
