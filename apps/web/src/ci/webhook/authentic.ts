/** Whether a webhook comes from somebody who knows the secret. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * GitHub and Gitea sign the body (HMAC, SHA-256), GitLab sends the secret itself; one that fits is enough.
 * Takes equally long wherever the difference is.
 */
export function isAuthentic(headers: IncomingHttpHeaders, body: Buffer, secret: string): boolean {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const proofs: [unknown, string][] = [
    [headers['x-hub-signature-256'], `sha256=${signature}`],
    [headers['x-gitea-signature'], signature],
    [headers['x-gitlab-token'], secret],
  ];
  return proofs.filter(([given, expected]) => typeof given === 'string' && isEqual(given, expected)).length > 0;
}

// Digests are of one length, whatever is given.
const isEqual = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
