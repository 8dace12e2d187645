/** Brokers with data that a lab would no longer have: taking them away would take the cluster's majority. */
import type { Lab } from '../lab.ts';

/** @param brokers how many the stack has now */
export function describeOrphanedBrokers({ stack, config: { kafkaBrokers } }: Lab, brokers: number): string[] {
  if (brokers <= kafkaBrokers) return [];
  return [
    `Stack ${stack} has ${brokers} Kafka brokers, whose messages are on all of them: lab:kafkaBrokers cannot go back to ${kafkaBrokers}. Keep it with -c lab:kafkaBrokers=${brokers}, or begin anew with ./lab down ${stack}.`,
  ];
}
