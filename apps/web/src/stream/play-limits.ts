/** What may be asked for in the playground, for both ends of the wire. */

/** The most of each. */
export const PLAY_LIMITS = {
  /** Messages a second that a demo consumer handles. */
  perSecond: 20,
  /** Demo consumers at once; one address may have its share of them. */
  consumers: 12,
  /** Addresses that send at once; each may send one series of messages. */
  senders: 4,
  /** Messages a second that are sent. */
  sendPerSecond: 100,
  /** Messages that are sent on one request. */
  count: 500,
  /** Characters of a text. */
  text: 1_000,
  /** Characters of a key. */
  key: 100,
} as const;

/** Groups that a demo consumer may join. */
export const PLAY_GROUPS = ['playground', 'playground-2'] as const;
