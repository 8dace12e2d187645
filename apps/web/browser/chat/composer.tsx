/** The field for what the reader says. */
import { CHAT_LIMITS } from '@cloud-lab/common/chat-limits';
import { useEffect, useRef, useState } from 'preact/hooks';

export interface ComposerOptions {
  room: string;
  name: string;
  onSay: (text: string) => void;
  /** The reader is writing. */
  onType: () => void;
  onRename: () => void;
}

/** From so few characters left on, they are counted. */
const COUNTED_FROM = 200;

export function Composer({ room, name, onSay, onType, onRename }: ComposerOptions) {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const left = CHAT_LIMITS.text - [...text.trim()].length;

  // Whoever just gave their name is about to talk; on a phone that would open the keyboard over the messages.
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true });
  }, []);

  const say = (): void => {
    // A tab is a control character, which messages have none of.
    const said = text.replaceAll('\t', '    ').trim();
    field.current?.focus();
    if (said === '' || left < 0) return;
    onSay(said);
    setText('');
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    say();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        say();
      }}
    >
      <label class="hidden" for="chat-text">
        Message to {room}
      </label>
      <div class="write">
        <textarea
          id="chat-text"
          ref={field}
          rows={1}
          value={text}
          placeholder={`Message to ${room}`}
          aria-describedby="chat-hint chat-left"
          aria-invalid={left < 0}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            if (currentTarget.value.trim() !== '') onType();
          }}
          onKeyDown={onKey}
        />
        <button type="submit" disabled={left < 0}>
          Send
        </button>
      </div>
      <p class="under">
        <span>
          You are <strong>{name}</strong>.{' '}
          <button type="button" class="link" onClick={onRename}>
            Change name
          </button>
        </span>
        <span id="chat-left" class={left < 0 ? 'bad' : ''} role="status">
          {left < COUNTED_FROM && (left < 0 ? `${-left} characters too many` : `${left} characters left`)}
        </span>
        <span id="chat-hint" class="hint">
          Enter sends, Shift+Enter begins a new line.
        </span>
      </p>
    </form>
  );
}
