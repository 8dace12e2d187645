/** The topics of the lab as this view knows them. */
import { LAB_TOPICS, PLAYGROUND_TOPIC } from '@cloud-lab/common/topics';

export { PLAYGROUND_TOPIC };

/** Whether the lab has a topic of this name. */
export const isLabTopic = (name: string): boolean => LAB_TOPICS.some(({ topic }) => topic === name);

/** How many partitions a topic of the lab has. */
export const partitionsOf = (name: string): number => LAB_TOPICS.find(({ topic }) => topic === name)?.partitions ?? 1;
