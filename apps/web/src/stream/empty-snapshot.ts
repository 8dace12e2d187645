/** What is seen of Kafka while nothing is seen: for server and browser. */
import type { StreamSnapshot } from '../schemas/stream.ts';

export const EMPTY_SNAPSHOT: StreamSnapshot = {
  problem: null,
  brokers: [],
  topics: [],
  groups: [],
  moreGroups: 0,
  consumers: [],
  sending: null,
};
