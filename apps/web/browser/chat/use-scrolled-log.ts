/** Keeps a log that grows at both ends where its reader reads. */
import type { Ref } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** So near to the end, in pixels, the reader is at the end. */
const NEAR_END = 48;

export interface LogState {
  /** The id of the first message. */
  first: string | undefined;
  /** How many there are. */
  count: number;
  /** The reader's own message is the last: they want to see it. */
  isOwnLast: boolean;
}

export interface ScrolledLog {
  log: Ref<HTMLDivElement>;
  /** How many have come below what the reader sees. */
  unread: number;
  /** Shows the end. */
  toEnd: () => void;
}

/** What the log was when it was last looked at: its messages, its height and where it was scrolled to, in pixels. */
interface Shown {
  first: string | undefined;
  count: number;
  height: number;
  top: number;
}

/** At the end it follows the end; elsewhere nothing moves, whatever comes above or below. */
export function useScrolledLog({ first, count, isOwnLast }: LogState): ScrolledLog {
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const before = useRef<Shown>({ first, count: 0, height: 0, top: 0 });
  const [unread, setUnread] = useState(0);

  const toEnd = (): void => {
    if (log.current !== null) log.current.scrollTop = log.current.scrollHeight;
    atEnd.current = true;
    setUnread(0);
  };

  useLayoutEffect(() => {
    const box = log.current;
    if (box === null) return;
    const was = before.current;
    // Browsers tell of scrolling with the next frame; a message may come before.
    if (box.scrollTop !== was.top) atEnd.current = was.height - box.scrollTop - box.clientHeight < NEAR_END;
    const isPrepended = was.count > 0 && first !== was.first && count > was.count;
    if (isPrepended) box.scrollTop += box.scrollHeight - was.height;
    else if (atEnd.current || (isOwnLast && count !== was.count)) toEnd();
    else if (count > was.count) setUnread((many) => many + count - was.count);
    before.current = { first, count, height: box.scrollHeight, top: box.scrollTop };
  });

  useEffect(() => {
    const box = log.current;
    if (box === null) return;
    const look = (): void => {
      atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
      before.current.top = box.scrollTop;
      if (atEnd.current) setUnread(0);
    };
    // A smaller box, as above a keyboard on the screen, has its end elsewhere.
    const resized = new ResizeObserver(() => {
      if (atEnd.current) box.scrollTop = box.scrollHeight;
    });
    box.addEventListener('scroll', look, { passive: true });
    resized.observe(box);
    return () => {
      box.removeEventListener('scroll', look);
      resized.disconnect();
    };
  }, []);

  return { log, unread, toEnd };
}
