/**
 * The table of limits: what requests from one address may use of the lab. There are no accounts, and a whole class may sit
 * behind one router, so each limit is `base + perClient * clientsPerAddress`.
 */

/** Requests, or units of something, in a time. */
export type RequestLimit = {
  base: number;
  /** For each person who may be behind the address (`lab:clientsPerAddress`). */
  perClient: number;
  /** The time that is counted, in seconds. */
  seconds: number;
  reason: string;
};

/** What may be open at the same time. */
export type OpenLimit = {
  base: number;
  perClient: number;
  /** At most in this process, from all addresses. */
  inAll: number;
  /** What is counted, as it reads after a number. */
  what: string;
  reason: string;
};

/** How often a thing may be asked for. Each route names its limits; a route that names none does not start. */
export const REQUEST_LIMITS = {
  read: {
    base: 60,
    perClient: 20,
    seconds: 10,
    reason: 'Lists, runs, pages, reports and badges ask the database or the storage; a report is some ten files.',
  },
  git: {
    base: 10,
    perClient: 10,
    seconds: 60,
    reason: 'Each look-up of branches may start a Git process and ask another server.',
  },
  start: {
    base: 5,
    perClient: 5,
    seconds: 600,
    reason: 'A run takes a runner for minutes. A commit that is being tested already is not counted.',
  },
  webhook: {
    base: 30,
    perClient: 6,
    seconds: 60,
    reason: 'A body of up to 5 MiB is read before its signature can be checked.',
  },
  open: {
    base: 60,
    perClient: 10,
    seconds: 10,
    reason: 'Opening a live stream reads the database or Kafka; all clients come back at once after a restart.',
  },
  chatRead: {
    base: 60,
    perClient: 10,
    seconds: 10,
    reason: 'Rooms and their newest messages come from memory, but are large.',
  },
  chatWrite: {
    base: 30,
    perClient: 6,
    seconds: 10,
    reason: 'Messages and typing go through Kafka to everyone in the room.',
  },
  chatName: { base: 20, perClient: 0, seconds: 10, reason: 'Messages of one name at an address: nobody types faster.' },
  chatKibibytes: {
    base: 64,
    perClient: 24,
    seconds: 3_600,
    reason:
      'KiB of messages on the topic. A partition holds 32 MiB: one address needs a day to push out what others said.',
  },
  chatRooms: {
    base: 20,
    perClient: 1,
    seconds: 86_400,
    reason: 'New rooms. The process remembers 300: one address cannot fill that in a day.',
  },
  streamRead: { base: 60, perClient: 10, seconds: 10, reason: 'Topics and their newest messages are read from Kafka.' },
  streamPlay: { base: 20, perClient: 2, seconds: 10, reason: 'Demo consumers and messages are work for Kafka.' },
} as const satisfies Record<string, RequestLimit>;

/** How much of a thing may be open at once. */
export const OPEN_LIMITS = {
  chatStreams: {
    base: 10,
    perClient: 2,
    inAll: 2_000,
    what: 'chat streams',
    reason: 'Every message goes to each of them.',
  },
  streamPages: {
    base: 4,
    perClient: 1,
    inAll: 200,
    what: 'streams of Kafka events',
    reason: 'Each gets up to ten updates a second.',
  },
  runStreams: {
    base: 10,
    perClient: 1,
    inAll: 200,
    what: 'streams of runs and logs',
    reason: 'Each run that is followed is looked at five times a second, and up to 1 MiB of its log is kept.',
  },
  waitingRequests: {
    base: 20,
    perClient: 2,
    inAll: 500,
    what: 'requests that wait for a run',
    reason: 'Each is a connection that stays open for minutes.',
  },
} as const satisfies Record<string, OpenLimit>;

/** Runs that are not finished. */
export const UNFINISHED_RUNS = {
  base: 5,
  perClient: 1,
  /** In all, unless one address may have half as many. */
  inAll: 300,
  reason: 'Runners take jobs in turn: whoever comes next waits for all of them.',
} as const;

/** Documents of runs (tests, coverage), which other people's code has a say in: they may be as large as they are allowed to be. */
export const DOCUMENTS = {
  /** Requests that read some at a time; addresses take turns. */
  atOnce: 8,
  waitSeconds: 10,
  /** MiB of answers that wait for clients to read them. */
  unsentMiB: 64,
  idleSeconds: 30,
  reason: 'The process has 256 MiB of memory, and a document with the page that is made of it may take 60 of them.',
} as const;

/** The part of something shared that one address may have. */
export const SHARE_OF_ADDRESS = 1 / 2;

export type RequestLimitName = keyof typeof REQUEST_LIMITS;
export type OpenLimitName = keyof typeof OPEN_LIMITS;

/** Returns a limit for an address that so many people may share. */
export const sizeOf = ({ base, perClient }: { base: number; perClient: number }, clientsPerAddress: number): number =>
  base + perClient * clientsPerAddress;

/** Returns how many runs may be unfinished, of one address and in all. */
export function unfinishedRuns(clientsPerAddress: number): { ofAddress: number; inAll: number } {
  const ofAddress = sizeOf(UNFINISHED_RUNS, clientsPerAddress);
  return { ofAddress, inAll: Math.max(UNFINISHED_RUNS.inAll, ofAddress / SHARE_OF_ADDRESS) };
}
