/** The topics of the lab. */

export interface LabTopic {
  topic: string;
  partitions: number;
}

/** `test_topic` has one partition, so that its messages keep their order; jobs have enough for every runner to have some, also while one is busy in many. */
export const LAB_TOPICS: readonly LabTopic[] = [
  { topic: 'test_topic', partitions: 1 },
  { topic: 'chat', partitions: 6 },
  { topic: 'ci.jobs', partitions: 24 },
  { topic: 'ci.results', partitions: 1 },
];
