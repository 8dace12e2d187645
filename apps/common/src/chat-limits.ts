/** What names and texts of the chat may be; apart from the wire's own types, so that a page can have it alone. */

/** Characters that each may have at most. */
export const CHAT_LIMITS = { room: 40, user: 32, text: 2_000 } as const;

/** A room: small letters, digits and dashes. It is the key of its messages on the topic, so they keep their order. */
export const ROOM_PATTERN = '^[a-z0-9][a-z0-9-]{0,39}$';
/** A name: no brackets, no control characters, no space around it; it stands before each message as `[name]: `. */
export const USER_PATTERN = '^[^\\[\\]\\p{C}\\s](?:[^\\[\\]\\p{C}]{0,30}[^\\[\\]\\p{C}\\s])?$';
