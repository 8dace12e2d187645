/** Hands errors that speak to a person to Pulumi, which shows them without a stack trace. */
import { RunError } from '@pulumi/pulumi';
import { Problem } from './problem.ts';

/** Runs a part of the program; a Problem is shown as its message alone, any other error as it is. */
export async function speakPlainly<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Problem) throw new RunError(error.message);
    throw error;
  }
}
