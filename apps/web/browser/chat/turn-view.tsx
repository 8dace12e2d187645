/** What somebody says in a row. */
import { hueOf, initialOf, NOBODY } from '../../src/pages/chat/faces.ts';
import type { Turn } from '../../src/pages/chat/group-messages.ts';
import { splitLinks } from '../../src/pages/chat/split-links.ts';
import type { ChatTimes } from '../../src/pages/chat/times.ts';
import type { Draft } from './conversation.ts';
import type { Line } from './message-log.tsx';

export interface TurnOptions {
  turn: Turn<Line>;
  isOwn: boolean;
  times: ChatTimes;
  onTryAgain: (draft: Draft) => void;
  onDiscard: (draft: Draft) => void;
}

export function TurnView({ turn: { user, messages }, isOwn, times, onTryAgain, onDiscard }: TurnOptions) {
  const time = messages[0]?.time ?? '';
  return (
    <div class={isOwn ? 'turn own' : 'turn'}>
      <i class={`face ${hueOf(user)}`} aria-hidden="true">
        {initialOf(user)}
      </i>
      <p class="who">
        <strong>{user === '' ? NOBODY : user}</strong>
        {isOwn && <span class="you">you</span>} <time title={times.full(time)}>{times.clock(time)}</time>
      </p>
      {messages.map((line) => (
        <LineView key={line.key} line={line} times={times} onTryAgain={onTryAgain} onDiscard={onDiscard} />
      ))}
    </div>
  );
}

type LineOptions = Pick<TurnOptions, 'times' | 'onTryAgain' | 'onDiscard'> & { line: Line };

function LineView({ line: { text, time, draft }, times, onTryAgain, onDiscard }: LineOptions) {
  if (draft === undefined) {
    return (
      <p class="said" title={times.full(time)}>
        <Linked text={text} />
      </p>
    );
  }
  if (draft.problem === undefined) {
    return (
      <p class="said sending" title="On its way">
        <Linked text={text} />
      </p>
    );
  }
  return (
    <div class="unsent">
      <p class="said">
        <Linked text={text} />
      </p>
      <p class="bad">
        Not sent: {draft.problem}{' '}
        <button type="button" class="link" onClick={() => onTryAgain(draft)}>
          Try again
        </button>{' '}
        <button type="button" class="link" onClick={() => onDiscard(draft)}>
          Discard
        </button>
      </p>
    </div>
  );
}

const Linked = ({ text }: { text: string }) =>
  splitLinks(text).map(({ text: piece, href }) =>
    href === undefined ? (
      piece
    ) : (
      <a key={href} href={href} rel="noopener nofollow">
        {piece}
      </a>
    ),
  );
