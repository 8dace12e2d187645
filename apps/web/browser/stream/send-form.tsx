/** Sends messages to the playground. */
import { useState } from 'preact/hooks';
import type { StreamSending } from '../../src/schemas/stream.ts';
import { PLAY_LIMITS } from '../../src/stream/play-limits.ts';
import { post, tell } from '../common/api.ts';

const PATH = '/api/v1/stream/messages';

type Keys = 'one' | 'several' | 'none';

/** The form, and how far it is with what is being sent. */
export function SendForm({ sending }: { sending: StreamSending | null }) {
  const [text, setText] = useState('hello');
  const [keys, setKeys] = useState<Keys>('one');
  const [key, setKey] = useState('apple');
  const [count, setCount] = useState(5);
  const [perSecond, setPerSecond] = useState(5);
  const [answer, setAnswer] = useState<{ text: string; isBad: boolean }>();

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const spread = keys === 'none' ? 'round-robin' : 'key';
    try {
      const { text: words } = await post<{ text: string }>(PATH, {
        text,
        count,
        perSecond,
        spread,
        ...(keys === 'one' ? { key } : {}),
      });
      setAnswer({ text: words, isBad: false });
    } catch (error) {
      setAnswer({ text: tell(error), isBad: true });
    }
  };
  const stop = (): void => {
    fetch(PATH, { method: 'DELETE' }).catch((error: unknown) => setAnswer({ text: tell(error), isBad: true }));
  };

  return (
    <form onSubmit={send}>
      <div class="fields">
        <label>
          Text
          <input
            value={text}
            maxLength={PLAY_LIMITS.text}
            required
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <div>
          <label for="send-key">Key</label>
          <select id="send-key" value={keys} onChange={(event) => setKeys(event.currentTarget.value as Keys)}>
            <option value="one">This key:</option>
            <option value="several">Eight keys in turn</option>
            <option value="none">No key</option>
          </select>
        </div>
        {keys === 'one' && (
          <label>
            The key
            <input
              value={key}
              maxLength={PLAY_LIMITS.key}
              required
              onInput={(event) => setKey(event.currentTarget.value)}
            />
          </label>
        )}
        <NumberField label="Messages" value={count} max={PLAY_LIMITS.count} onChange={setCount} />
        <NumberField label="A second" value={perSecond} max={PLAY_LIMITS.sendPerSecond} onChange={setPerSecond} />
      </div>
      <div class="acts">
        <button type="submit">Send</button>
        {sending !== null && (
          <>
            <button type="button" class="plain" onClick={stop}>
              Stop sending
            </button>
            <progress max={sending.count} value={sending.sent} aria-label="Sent so far" />
            <span class="meta">
              {sending.sent} of {sending.count}
            </span>
          </>
        )}
        <output class={answer?.isBad ? 'bad' : 'meta'}>{sending === null || answer?.isBad ? answer?.text : ''}</output>
      </div>
    </form>
  );
}

interface NumberFieldOptions {
  label: string;
  value: number;
  max: number;
  onChange: (value: number) => void;
}

function NumberField({ label, value, max, onChange }: NumberFieldOptions) {
  return (
    <label class="short">
      {label}
      <input
        type="number"
        min={1}
        max={max}
        required
        value={value}
        onInput={({ currentTarget }) => {
          if (!Number.isNaN(currentTarget.valueAsNumber)) onChange(currentTarget.valueAsNumber);
        }}
      />
    </label>
  );
}
