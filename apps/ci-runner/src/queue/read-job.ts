/** The job in a message of Kafka. */
import { CiJob } from '@cloud-lab/common/ci-messages';
import { Value } from 'typebox/value';

/** The job in a message, or null where it is none. */
export function readJob(value: Buffer | null): CiJob | null {
  try {
    const job: unknown = JSON.parse(value?.toString('utf8') ?? 'null');
    return Value.Check(CiJob, job) ? job : null;
  } catch {
    return null;
  }
}
