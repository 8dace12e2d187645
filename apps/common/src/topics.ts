/** The topics of the lab. */

export interface LabTopic {
  topic: string;
  partitions: number;
  /** MiB that a partition keeps at most; its oldest messages go first. Together they fit on a small disk. */
  keepMiB: number;
  /** Hours that a message is kept; the lab's own setting without it. */
  keepHours?: number;
  /** In a few words, for whoever looks at the list of topics. */
  purpose: string;
}

export const DEMO_TOPIC = 'test_topic';
export const PLAYGROUND_TOPIC = 'playground';
export const CHAT_TOPIC = 'chat';
export const CHAT_PRESENCE_TOPIC = 'chat.presence';

/**
 * `test_topic` has one partition, so that its messages keep their order; `playground` has several, to see what they do; jobs
 * have enough for every runner to have some, also while one is busy in many.
 */
export const LAB_TOPICS: readonly LabTopic[] = [
  { topic: DEMO_TOPIC, partitions: 1, keepMiB: 256, purpose: 'first messages: one partition, one order' },
  { topic: PLAYGROUND_TOPIC, partitions: 4, keepMiB: 16, purpose: 'to try partitions and consumer groups' },
  { topic: CHAT_TOPIC, partitions: 6, keepMiB: 32, purpose: 'what is said in the chat; the key is the room' },
  {
    topic: CHAT_PRESENCE_TOPIC,
    partitions: 1,
    keepMiB: 8,
    keepHours: 1,
    purpose: 'who is in which room of the chat, and writing',
  },
  { topic: 'ci.jobs', partitions: 24, keepMiB: 8, purpose: 'jobs for the CI runners' },
  { topic: 'ci.results', partitions: 1, keepMiB: 64, purpose: 'what the CI runners tell of jobs' },
];

/**
 * Messages by which the lab asks Kafka whether it takes any; nobody reads them. As many partitions as there may be brokers, so that
 * each of them leads one.
 */
export const HEALTH_TOPIC: LabTopic = {
  topic: 'lab.health',
  partitions: 3,
  keepMiB: 1,
  keepHours: 1,
  purpose: 'health checks',
};

/** Every topic that the lab looks after: those that people see, and its own. */
export const MANAGED_TOPICS: readonly LabTopic[] = [...LAB_TOPICS, HEALTH_TOPIC];

/** The consumer group of the CI runners on ci.jobs. */
export const RUNNERS_GROUP = 'ci-runners';
/** The consumer group of the web app on ci.results. */
export const RESULTS_GROUP = 'web-results';
/** How the groups of the lab's own services begin: nobody else may join those. */
export const SERVICE_GROUPS = { runner: ['ci-'], web: ['web-', 'chat-web-', 'stream-view-'] } as const;
