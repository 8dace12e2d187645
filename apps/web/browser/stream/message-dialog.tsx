/** One message, whole. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { count, formatCount } from '../../src/pages/stream/format.ts';
import { keyClass } from '../../src/pages/stream/key-colour.ts';
import { isCut } from '../../src/pages/stream/tables.ts';
import type { StreamMessage } from '../../src/schemas/stream.ts';
import { ask } from '../common/api.ts';

const TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

export interface MessageDialogOptions {
  topic: string;
  message: StreamMessage;
  onClose: () => void;
}

/** Opens at once with what is known, and asks for the rest of a long value. */
export function MessageDialog({ topic, message, onClose }: MessageDialogOptions) {
  const { partition, offset, time, key, bytes } = message;
  const dialog = useRef<HTMLDialogElement>(null);
  const [value, setValue] = useState(message.value);

  useEffect(() => {
    dialog.current?.showModal();
    if (message.value === null || !isCut(message.value, bytes)) return;
    const path = `/api/v1/stream/topics/${encodeURIComponent(topic)}/messages/${partition}/${offset}`;
    // What is shown is better than nothing where the message is no longer kept.
    ask<StreamMessage>(path).then(
      (whole) => setValue(whole.value),
      () => undefined,
    );
  }, []);

  return (
    <dialog ref={dialog} class="message" onClose={onClose} aria-labelledby="message-title">
      <h2 id="message-title">
        Message {formatCount(offset)} of partition {partition}
      </h2>
      <dl class="facts">
        <div>
          <dt>Key</dt>
          <dd>{key === null ? 'none' : <span class={`key ${keyClass(key)}`}>{key}</span>}</dd>
        </div>
        <div>
          <dt>Time</dt>
          <dd>{TIME.format(new Date(time))}</dd>
        </div>
        <div>
          <dt>Length</dt>
          <dd>{count(bytes, 'byte')}</dd>
        </div>
      </dl>
      <pre>{value ?? 'This message has no value.'}</pre>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
