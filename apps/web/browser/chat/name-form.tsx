/** Asks the reader for a name. */
import { CHAT_LIMITS } from '@cloud-lab/common/chat-limits';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isName } from './stored-name.ts';

export interface NameFormOptions {
  /** The one so far. */
  name: string | undefined;
  onName: (name: string) => void;
  /** Leaves it as it is; undefined where there is none yet. */
  onCancel: (() => void) | undefined;
}

export function NameForm({ name = '', onName, onCancel }: NameFormOptions) {
  const [problem, setProblem] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  const isChange = onCancel !== undefined;

  useEffect(() => {
    if (isChange) field.current?.select();
  }, [isChange]);

  const submit = (event: Event): void => {
    event.preventDefault();
    const wanted = (field.current?.value ?? '').trim();
    if (isName(wanted)) onName(wanted);
    else setProblem(wanted === '' ? 'Write a name first.' : 'A name has up to 32 characters, and no [ or ].');
  };
  return (
    <form class="naming" onSubmit={submit}>
      <label for="chat-name">{isChange ? 'Your name from now on' : 'Your name, to talk here'}</label>
      <div>
        <input
          id="chat-name"
          ref={field}
          defaultValue={name}
          maxLength={CHAT_LIMITS.user}
          autocomplete="nickname"
          aria-describedby="name-problem"
          aria-invalid={problem !== undefined}
        />
        <button type="submit">{isChange ? 'Change' : 'Join'}</button>
        {isChange && (
          <button type="button" class="plain" onClick={onCancel}>
            Cancel
          </button>
        )}
      </div>
      <output id="name-problem" class="bad">
        {problem}
      </output>
    </form>
  );
}
