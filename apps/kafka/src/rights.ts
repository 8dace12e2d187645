/** Who may do what on Kafka: an account for each purpose, and for whoever names none. What is not written here is refused. */
import {
  CHAT_PRESENCE_TOPIC,
  CHAT_TOPIC,
  DEMO_TOPIC,
  HEALTH_TOPIC,
  LAB_TOPICS,
  PLAYGROUND_TOPIC,
  SERVICE_GROUPS,
} from '@cloud-lab/common/topics';
import kafkajs, { type AclEntry, type AclOperationTypes, type AclResourceTypes } from 'kafkajs';

const {
  AclOperationTypes: Operation,
  AclPermissionTypes: Permission,
  AclResourceTypes: Resource,
  ResourcePatternTypes: Pattern,
} = kafkajs;

/** The topics that are there to be used by everyone. */
const OPEN_TOPICS = [DEMO_TOPIC, PLAYGROUND_TOPIC, CHAT_TOPIC];

const { READ, WRITE, DESCRIBE, DESCRIBE_CONFIGS, DELETE } = Operation;

type Rule = Pick<AclEntry, 'resourceType' | 'resourceName' | 'resourcePatternType' | 'operation' | 'permissionType'>;

const rule = (resourceType: AclResourceTypes, resourceName: string, operation: AclOperationTypes): Rule => ({
  resourceType,
  resourceName,
  resourcePatternType: Pattern.LITERAL,
  operation,
  permissionType: Permission.ALLOW,
});

const onTopics = (names: readonly string[], ...operations: AclOperationTypes[]): Rule[] =>
  names.flatMap((name) => operations.map((operation) => rule(Resource.TOPIC, name, operation)));

const onGroups = (names: readonly string[], ...operations: AclOperationTypes[]): Rule[] =>
  names.flatMap((name) => operations.map((operation) => rule(Resource.GROUP, name, operation)));

const beginningWith = (rules: readonly Rule[]): Rule[] =>
  rules.map((each) => ({ ...each, resourcePatternType: Pattern.PREFIXED }));

const refused = (rules: readonly Rule[]): Rule[] => rules.map((each) => ({ ...each, permissionType: Permission.DENY }));

/** Reading and writing imply looking. Any group is free to use but those of the lab's services. */
const STUDENT: readonly Rule[] = [
  ...onTopics(OPEN_TOPICS, READ, WRITE, DESCRIBE_CONFIGS),
  ...onGroups(['*'], READ),
  ...refused(beginningWith(onGroups([...SERVICE_GROUPS.runner, ...SERVICE_GROUPS.web], READ))),
  // Transactions, over the topics that one may write to.
  rule(Resource.TRANSACTIONAL_ID, '*', WRITE),
];

const WEB: readonly Rule[] = [
  ...onTopics(
    LAB_TOPICS.map(({ topic }) => topic),
    READ,
  ),
  ...onTopics([...OPEN_TOPICS, CHAT_PRESENCE_TOPIC, 'ci.jobs', HEALTH_TOPIC.topic], WRITE),
  ...onTopics(['*'], DESCRIBE, DESCRIBE_CONFIGS),
  ...onGroups(['*'], DESCRIBE),
  // Those of the playground are its demonstration's, and of whoever joins them.
  ...beginningWith(onGroups([...SERVICE_GROUPS.web, PLAYGROUND_TOPIC], READ, DELETE)),
  rule(Resource.CLUSTER, 'kafka-cluster', DESCRIBE),
];

const RUNNER: readonly Rule[] = [
  ...onTopics(['ci.jobs'], READ),
  ...onTopics(['ci.results'], WRITE),
  ...beginningWith(onGroups(SERVICE_GROUPS.runner, READ)),
];

/** Without a password one is ANONYMOUS: in the lab's network, and where `lab:kafkaPlaintextFrom` lets somebody in. */
const RULES: Record<string, readonly Rule[]> = {
  ANONYMOUS: STUDENT,
  student: STUDENT,
  web: WEB,
  'ci-runner': RUNNER,
};

/** All of it, as Kafka keeps it. The account `broker` is above rules. */
export function listRights(): AclEntry[] {
  return Object.entries(RULES).flatMap(([account, rules]) =>
    rules.map((each) => ({ ...each, principal: `User:${account}`, host: '*' })),
  );
}
