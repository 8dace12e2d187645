/** The webhooks that started a run: the same one, sent again by whoever has seen it, starts no other. */
import { createHash } from 'node:crypto';

export type AcceptedWebhooks = {
  /** The run that the webhook with this digest started. */
  findRun(digest: string): Promise<string | undefined>;
  /** Keeps it for ever; one that is known already stays as it is. */
  remember(digest: string, runId: string): Promise<void>;
};

/** Returns what tells one body from another: its signature is of the body alone. */
export const digestOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex');
