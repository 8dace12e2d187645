/** The chat in the memory of the tests, instead of Kafka. */
import type { Chat } from '../../apps/web/src/chat/chat.ts';

export function createMemoryChat(): Chat {
  return { start: () => undefined, stop: async () => undefined };
}
