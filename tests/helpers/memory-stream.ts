/** Kafka as the stream's page sees it, in the memory of the tests. */
import type { StreamView } from '../../apps/web/src/stream/stream-view.ts';

export function createMemoryStream(): StreamView {
  return { stop: async () => undefined };
}
