/** What was said in the room, as it grows; it stays where the reader reads. */
import type { ChatMessage } from '@cloud-lab/common/chat';
import { useState } from 'preact/hooks';
import { groupMessages } from '../../src/pages/chat/group-messages.ts';
import { chatTimes } from '../../src/pages/chat/times.ts';
import { tell } from '../common/api.ts';
import { type Conversation, type Draft, placeOf } from './conversation.ts';
import { TurnView } from './turn-view.tsx';
import { useScrolledLog } from './use-scrolled-log.ts';

export interface MessageLogOptions {
  room: string;
  conversation: Conversation;
  /** The reader's own name. */
  me: string | undefined;
  onOlder: () => Promise<void>;
  onTryAgain: (draft: Draft) => void;
  onDiscard: (draft: Draft) => void;
}

/** A message, or one that is on its way. */
export type Line = Pick<ChatMessage, 'user' | 'text' | 'time'> & { key: string; draft?: Draft };

const times = chatTimes();

export function MessageLog({ room, conversation, me, onOlder, onTryAgain, onDiscard }: MessageLogOptions) {
  const { messages, drafts, older } = conversation;
  const [isLoading, setLoading] = useState(false);
  const [problem, setProblem] = useState<string>();
  const newest = messages.at(-1);
  const { log, unread, toEnd } = useScrolledLog({
    first: messages[0]?.id,
    count: messages.length,
    isOwnLast: drafts.length > 0 || (newest !== undefined && newest.user === me),
  });

  const loadOlder = async (): Promise<void> => {
    setLoading(true);
    setProblem(undefined);
    await onOlder().catch((error: unknown) => setProblem(tell(error)));
    setLoading(false);
  };
  const lines: Line[] = [
    ...messages.map((message) => ({ ...message, key: `${placeOf(message)} ${message.time}` })),
    ...drafts.map((draft) => ({ ...draft, key: draft.sendId, draft })),
  ];
  const now = new Date();
  return (
    <div class="reading">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <div class="log" ref={log} tabIndex={0} role="log" aria-live="polite" aria-label={`Messages in ${room}`}>
        {older && (
          <p class="older">
            <button type="button" class="plain" disabled={isLoading} onClick={loadOlder}>
              Older messages
            </button>{' '}
            <span class="bad">{problem}</span>
          </p>
        )}
        {lines.length === 0 && <p class="empty">Nothing has been said here yet.</p>}
        {groupMessages(lines, times.dayOf).map((day) => [
          <p key={`day ${times.dayOf(day.time)}`} class="day">
            <span>{times.sayDay(day.time, now)}</span>
          </p>,
          day.turns.map((turn) => (
            <TurnView
              key={turn.messages[0]?.key}
              turn={turn}
              isOwn={turn.user !== '' && turn.user === me}
              times={times}
              onTryAgain={onTryAgain}
              onDiscard={onDiscard}
            />
          )),
        ])}
      </div>
      {unread > 0 && (
        <button type="button" class="unread" onClick={toEnd}>
          {unread === 1 ? '1 new message' : `${unread} new messages`} ↓
        </button>
      )}
    </div>
  );
}
