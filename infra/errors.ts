/** Turns errors that speak to a person into what Pulumi shows without a stack trace. */
import { RunError } from '@pulumi/pulumi';
import { ConfigError } from './config.ts';
import { HostNotReady } from './ready.ts';

/** Runs a part of the program; an error made for people is shown as its message alone, any other as it is. */
export async function speakPlainly<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ConfigError || error instanceof HostNotReady) throw new RunError(error.message);
    throw error;
  }
}
